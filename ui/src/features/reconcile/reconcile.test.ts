import { describe, expect, it } from 'vitest';
import type { Arrival } from '~/bindings/Arrival';
import type { ReconcileQueue } from '~/bindings/ReconcileQueue';
import { logDiffers, logStep, pbxStep, verdict } from './reconcile';

const arrival = (more: Partial<Arrival> = {}): Arrival => ({
  call: '1.1',
  number: '(11) 9****-1234',
  entered_ms: 1_000,
  answered_ms: null,
  ended_ms: 11_000,
  outcome: 'abandoned',
  wait_ms: 10_000,
  pbx: 1,
  others: 0,
  log: { entered_ms: 1_000, outcome: 'abandoned', wait_ms: 10_000, agent: '', talk_ms: null },
  ...more,
});

describe('a call to check with', () => {
  it('agrees when every place tells the same', () => {
    expect(verdict(arrival(), true, 20_000)).toBe('ok');
    expect(verdict(arrival({ log: null }), false, 20_000)).toBe('ok');
    expect(verdict(arrival({ wait_ms: 4_000, log: { entered_ms: 1_000, outcome: 'abandoned', wait_ms: 4_000, agent: '', talk_ms: null } }), true, 20_000)).toBe('far');
  });
  it('waits for the counter, which is read once a minute', () => {
    expect(pbxStep(arrival({ pbx: null }))).toBe('wait');
    expect(verdict(arrival({ pbx: null }), true, 20_000)).toBe('wait');
    expect(verdict(arrival({ ended_ms: null, outcome: null }), true, 20_000)).toBe('wait');
  });
  it('says what does not agree', () => {
    expect(verdict(arrival({ pbx: 0 }), true, 20_000)).toBe('bad');
    expect(verdict(arrival({ pbx: 2 }), true, 20_000)).toBe('bad');
    expect(pbxStep(arrival({ pbx: 0, outcome: 'exit_key' }))).toBe('ok');
    expect(pbxStep(arrival({ pbx: 1, outcome: 'exit_key' }))).toBe('wrong');
    expect(logStep(arrival({ log: null }), true, 60_000)).toBe('wrong');
    expect(logStep(arrival({ log: { entered_ms: 1_000, outcome: 'timeout', wait_ms: 10_000, agent: '', talk_ms: null } }), true, 20_000)).toBe('wrong');
  });
  it('does not judge where other calls hide it', () => {
    expect(verdict(arrival({ pbx: 0, others: 3 }), true, 20_000)).toBe('unsure');
    expect(verdict(arrival({ pbx: 1, others: 3 }), true, 20_000)).toBe('ok');
  });
});

describe('a queue_log', () => {
  it('differs by whatever it does not tell as we do', () => {
    const log = { from_ms: 0, equal: 9, differ: 1, only_ours: 2, only_log: 3 };
    expect(logDiffers({ log } as ReconcileQueue)).toBe(6);
    expect(logDiffers({ log: null } as ReconcileQueue)).toBe(0);
  });
});
