import { describe, expect, test } from 'vitest';
import { agent, campaign, level, queue, source } from '~/shared/testing';
import { broughtBy, stripOf, toReachGoal } from './figures';

const sources = new Map([
  ['1', source(1)],
  ['2', source(1, { id: 2, link: 'down' })],
]);
const sac = queue('sac', { waiting: 7, oldest_ms: 500, answered: 412, abandoned: 31, other_lost: 2, unknown: 3, asa_ms: 38_000, ...level(304, 446) });
const n1 = queue('sac', { id: '1/n1', waiting: 3, oldest_ms: 900, answered: 287, abandoned: 12, asa_ms: 21_000, ...level(237, 296) });
const quiet = queue('sac', { id: '1/q' });
const deaf = queue('sac', { id: '2/n3', source: 2, waiting: 5, oldest_ms: 1, answered: 9, abandoned: 9, ...level(0, 18) });
const people = [
  agent('2001', { id: 'a', state: 'ready', queues: ['1/sac', '1/n1'] }),
  agent('2001', { id: 'b', state: 'talking', place: { kind: 'other' } }),
  agent('2001', { id: 'c', state: 'paused', queues: ['1/n1'] }),
  agent('2001', { id: 'd', state: 'offline' }),
  agent('2001', { id: 'e', state: 'ready', source: 2, queues: ['2/n3'] }),
];
const input = { queues: [sac, n1, quiet, deaf], agents: people, campaigns: [], sources, scoped: false };

describe('the strip, by hand', () => {
  const strip = stripOf(input);

  test('a queue that is not heard is in no figure, and that is told', () => {
    expect([strip.heard, strip.total]).toEqual([3, 4]);
    expect(strip.waiting).toBe(10); // 7 + 3, not 5 more.
    expect(strip.waitingQueues).toBe(2);
    expect(strip.longest?.queue.id).toBe('1/sac'); // Not 2/n3, whose wait is older but stale.
  });
  test('queues on target: 68,1% and 80,06% of 80%', () => expect(strip.onTarget).toEqual([1, 2]));
  test('abandonment is 43 of 747', () => {
    // (31 + 12) / (412 + 31 + 2 + 3 + 287 + 12)
    expect(strip.abandonment).toEqual({ value: 43 / 747, numerator: 43, denominator: 747 });
  });
  test('answered 699, with a mean wait weighted by volume', () => {
    expect(strip.answered).toBe(699);
    expect(strip.meanWait).toBeCloseTo((412 * 38_000 + 287 * 21_000) / 699, 6);
  });
  test('each person once, and only those whose source is heard', () => {
    expect(strip.team).toMatchObject({ free: 1, talking: 1, paused: 1, logged: 3 });
  });
  test('no campaign is no figure, not a zero', () => expect(strip.results).toBeNull());

  test('nothing heard gives no numbers', () => {
    const blind = stripOf({ ...input, sources: new Map([['1', source(1, { link: 'down' })]]) });
    expect([blind.waiting, blind.answered, blind.meanWait, blind.longest]).toEqual([null, null, null, null]);
    expect(blind.abandonment.value).toBeNull();
  });
  test('nobody waits is nobody, not an old wait', () => expect(stripOf({ ...input, queues: [quiet] }).longest).toBeNull());
  test('a part of the operation counts the people of that part', () => {
    expect(stripOf({ ...input, queues: [n1], scoped: true }).team.logged).toBe(2);
  });
});

test('results of campaigns', () => {
  const figure = (numerator: number, denominator: number) => ({ value: null, numerator, denominator, definition: '' });
  expect(
    broughtBy([
      campaign('C', { kind: 'collections', goal: 180, results: 128, attempts: 4_812, hit: figure(982, 4_812) }),
      campaign('C', { kind: 'sales', goal: null, results: 46, attempts: 2_377, hit: figure(409, 2_377) }),
    ]),
  ).toEqual({ byKind: new Map([['promises', 128], ['sales', 46]]), count: 174, goal: 180, towardsGoal: 128, aimed: 1, met: 0, withoutGoal: 1, attempts: 7_189, hit: { value: 1_391 / 7_189, numerator: 1_391, denominator: 7_189 } });
});

describe('contacts in time that bring a service level back', () => {
  test.each([
    [237, 300, 80, 15], // (237 + 15) / 315 = 80%; with 14 it is 79,94%.
    [240, 300, 80, 0],
    [0, 0, 80, 0],
    [0, 10, 80, 40], // 40 / 50.
    [99, 100, 100, null],
    [100, 100, 100, 0],
  ])('%d of %d to %d%%: %s', (numerator, denominator, percent, needed) => expect(toReachGoal(numerator, denominator, percent)).toBe(needed));

  test('is the least that does', () => {
    for (let n = 0; n < 60; n++) {
      const k = toReachGoal(n, 60, 85) ?? NaN;
      expect((n + k) / (60 + k)).toBeGreaterThanOrEqual(0.85);
      if (k > 0) expect((n + k - 1) / (60 + k - 1)).toBeLessThan(0.85);
    }
  });
});
