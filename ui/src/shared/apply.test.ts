import { describe, expect, test } from 'vitest';
import type { Batch } from '~/bindings/Batch';
import { apply, type Snapshot } from './apply';
import { HubClock } from './hub-clock';
import { agent, queue } from './testing';

const batch = (change: Partial<Batch>): Batch => ({
  kind: 'delta',
  number: 1,
  stream: 'a',
  now: 1_000,
  seq: 1,
  seen: 900,
  health: { not_saving_since_ms: null, not_saving: null, not_saving_words: '', sample_percent: null, backup_troubled: false },
  rows: { sources: {}, queues: {}, agents: {}, callers: {}, campaigns: {}, alerts: {} },
  ...change,
});
const rows = (change: Partial<Batch['rows']>): Batch['rows'] => ({ ...batch({}).rows, ...change });

const first = apply(
  null,
  batch({ kind: 'snapshot', rows: rows({ queues: { '1/sac': queue('sac'), '1/n1': queue('sac', { id: '1/n1' }) }, agents: { a: agent('2001') } }) }),
) as Snapshot;

describe('the feed', () => {
  test('a snapshot is everything', () => {
    expect([...first.queues.keys()]).toEqual(['1/sac', '1/n1']);
    expect(first.seen).toBe(900);
  });

  test('a delta puts and removes rows and leaves the rest the very same', () => {
    const next = apply(first, batch({ number: 2, seq: 9, rows: rows({ queues: { '1/sac': queue('sac', { waiting: 3 }), '1/n1': null } }) }));
    expect(next?.queues.get('1/sac')?.waiting).toBe(3);
    expect(next?.queues.has('1/n1')).toBe(false);
    expect(next?.agents).toBe(first.agents);
    expect(next?.seq).toBe(9);
    // What was on screen is untouched.
    expect(first.queues.get('1/sac')?.waiting).toBe(0);
    expect(first.queues.has('1/n1')).toBe(true);
  });

  test('tables without changes may be missing from the message', () => {
    const next = apply(first, batch({ number: 2, rows: {} as Batch['rows'] }));
    expect(next?.queues).toBe(first.queues);
  });

  test('a heartbeat changes no row', () => {
    const next = apply(first, batch({ kind: 'heartbeat', number: 2 }));
    expect(next?.queues).toBe(first.queues);
    expect(next?.number).toBe(2);
  });

  test('another run of the hub forgets what there was', () => {
    const next = apply(first, batch({ kind: 'snapshot', stream: 'b', rows: rows({ queues: { '1/n1': queue('sac', { id: '1/n1' }) } }) }));
    expect([...(next?.queues.keys() ?? [])]).toEqual(['1/n1']);
    expect(next?.agents.size).toBe(0);
  });

  test('a delta of a run never seen is of no use', () => {
    expect(apply(null, batch({}))).toBeNull();
    expect(apply(first, batch({ stream: 'b' }))).toBeNull();
  });
});

describe("the hub's clock", () => {
  test('a late batch does not set time back', () => {
    const clock = new HubClock();
    clock.read(100_000, 0);
    clock.read(100_500, 1_000); // Half a second late.
    expect(clock.at(1_000)).toBeGreaterThan(100_990);
  });
  test('a fresher batch sets it right', () => {
    const clock = new HubClock();
    clock.read(100_000, 500);
    clock.read(101_000, 1_000);
    expect(clock.at(1_000)).toBe(101_000);
  });
  test('a clock set back by an hour is followed', () => {
    const clock = new HubClock();
    clock.read(10_000_000, 0);
    clock.read(6_400_000, 1_000);
    expect(clock.at(1_000)).toBe(6_400_000);
  });
  test('knows nothing before the first batch', () => expect(new HubClock().at(5)).toBeNull());
});
