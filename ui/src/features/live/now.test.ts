import { describe, expect, test } from 'vitest';
import { alert, queue, source } from '~/shared/testing';
import { cardsOf } from './now';

describe('what needs somebody now', () => {
  const sources = new Map([['1', source(1)]]);
  const waiting = queue('sac', { waiting: 3, free: 0, oldest_ms: 0 });
  const kinds = (alerts: Parameters<typeof cardsOf>[4]): string[] => cardsOf([waiting], sources, 200_000, 600, alerts).map((card) => card.id);

  test('alerts that nobody looks after come first, worst first, and a notice asks for nobody', () => {
    const alerts = [alert('a', { subject: 'n1' }), alert('b', { rule: 'x', severity: 'critical', subject: 'n2' }), alert('c', { rule: 'y', severity: 'notice', subject: 'n3' })];
    expect(kinds(alerts)).toEqual(['alert x sac', 'alert espera sac', 'wait 1/sac']);
  });
  test('what an alert says of a queue is not said twice, even once somebody looks after it', () => {
    expect(kinds([])).toEqual(['wait 1/sac']);
    expect(kinds([alert('a')])).toEqual(['alert espera sac']);
    expect(kinds([alert('a', { state: 'acknowledged', taken: { by: 'bia', note: '', at_ms: 0, until_ms: 9 } })])).toEqual([]);
    expect(kinds([alert('a', { state: 'silenced' })])).toEqual(['wait 1/sac']);
  });
});
