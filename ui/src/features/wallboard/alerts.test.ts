import { expect, test } from 'vitest';
import { alert, queue } from '~/shared/testing';
import { boardAlerts } from './alerts';

test('a wall shows what nobody looks after of what it is about, and nobody by name', () => {
  const alerts = [
    alert('sac'),
    alert('n1', { subject: 'n1' }),
    alert('taken', { state: 'acknowledged' }),
    alert('notice', { severity: 'notice' }),
    alert('person', { scope: 'agent', subject: 'SIP/1' }),
    alert('source', { scope: 'source', subject: '' }),
  ];
  const ids = (whole: boolean): string[] => boardAlerts(alerts, [queue('sac')], whole).map(({ id }) => id);
  expect(ids(true)).toEqual(['sac', 'n1', 'source']);
  expect(ids(false)).toEqual(['sac', 'source']);
});
