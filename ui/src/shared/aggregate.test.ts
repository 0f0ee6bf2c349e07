import { describe, expect, it } from 'vitest';
import { abandonment, coverageOf, goalOf, longestWait, meanWait, queuesOnTarget, serviceLevel, sinceOf, sum, teamOf } from './aggregate';
import { agent, level, queue, source } from '~/shared/testing';

describe('service level of several queues', () => {
  it('sums numerators and denominators', () => {
    // 860 of 1040 (82.69 %) and 1 of 10 (10 %): 861 of 1050 = 82 %, where the mean of the two would say 46 %.
    const figure = serviceLevel([queue('sac', level(860, 1040)), queue('n3', level(1, 10))]);
    expect(figure).toEqual({ value: 0.82, numerator: 861, denominator: 1050 });
  });
  it('has no value without calls, and one queue without calls changes nothing', () => {
    expect(serviceLevel([]).value).toBeNull();
    expect(serviceLevel([queue('sac', level(0, 0))]).value).toBeNull();
    expect(serviceLevel([queue('sac', level(3, 4)), queue('n1', level(0, 0))]).value).toBe(0.75);
  });
  it('is zero when nobody was answered in time', () => {
    expect(serviceLevel([queue('sac', level(0, 5))]).value).toBe(0);
  });
});

describe('abandonment', () => {
  it('is over the visits that ended; those waiting are in neither sum', () => {
    // 31 of 412 + 31 = 443 is 6.9977 %; the 7 waiting are offered but not ended.
    const figure = abandonment([queue('sac', { offered: 450, waiting: 7, answered: 412, abandoned: 31 })]);
    expect([figure.numerator, figure.denominator]).toEqual([31, 443]);
    expect(figure.value).toBeCloseTo(0.069977, 6);
  });
  it('counts timeouts and unknown ends in the denominator', () => {
    const figure = abandonment([queue('a', { answered: 5, abandoned: 2, other_lost: 2, unknown: 1 }), queue('b', { answered: 10 })]);
    expect(figure.value).toBe(0.1);
  });
  it('has no value over nothing', () => {
    expect(abandonment([queue('sac', { waiting: 3, offered: 3 })]).value).toBeNull();
  });
});

describe('means and sums', () => {
  it('weighs the mean wait by answered calls', () => {
    // (10 s × 1 + 2 s × 3) / 4 = 4 s, not 6 s.
    expect(meanWait([queue('a', { asa_ms: 10_000, answered: 1 }), queue('b', { asa_ms: 2_000, answered: 3 })])).toBe(4_000);
  });
  it('is absent when nobody was answered', () => {
    expect(meanWait([queue('a')])).toBeNull();
    expect(meanWait([])).toBeNull();
  });
  it('tells nothing counted from zero counted', () => {
    expect(sum([], (row) => row.answered)).toBeNull();
    expect(sum([queue('a')], (row) => row.answered)).toBe(0);
  });
});

describe('longest wait', () => {
  it('is the earliest start', () => {
    const found = longestWait([queue('a', { oldest_ms: 900 }), queue('b', { oldest_ms: 400 }), queue('c')]);
    expect([found?.queue.name, found?.since]).toEqual(['b', 400]);
  });
  it('is nobody when nobody waits', () => {
    expect(longestWait([queue('a'), queue('b')])).toBeNull();
  });
});

describe('goal of several queues', () => {
  it('is theirs when they agree', () => {
    expect(goalOf([queue('a'), queue('b')])).toEqual({ kind: 'same', percent: 80, seconds: 20 });
    expect(goalOf([])).toEqual({ kind: 'none' });
  });
  it('is weighted by judged calls when they differ', () => {
    // (80 × 300 + 90 × 100) / 400 = 82.5
    const goal = goalOf([queue('a', level(1, 300)), queue('b', { goal_percent: 90, goal_seconds: 10, ...level(1, 100) })]);
    expect(goal).toEqual({ kind: 'mixed', percent: 82.5, lowest: 80, highest: 90 });
  });
  it('counts queues on target among those with calls', () => {
    const queues = [queue('a', level(8, 10)), queue('b', level(79, 100)), queue('c', level(0, 0))];
    expect(queuesOnTarget(queues)).toEqual([1, 2]);
  });

  it('takes the target itself as met, however fractions fall', () => {
    const level = { value: 57 / 100, numerator: 57, denominator: 100, definition: 'sl.f4@1' };
    expect(queuesOnTarget([queue('sac', { goal_percent: 57, service_level: level })])).toEqual([1, 1]);
  });
});

describe('team', () => {
  const sac = queue('sac');
  const n1 = queue('n1');
  it('counts a person of two queues once', () => {
    const both = agent('ana', { queues: [sac.id, n1.id], state: 'talking' });
    const hold = agent('bia', { queues: [n1.id], state: 'hold' });
    const team = teamOf([both, hold, agent('caio', { state: 'offline', queues: [sac.id] })], [sac, n1], false);
    expect(team).toEqual({ free: 0, ringing: 0, talking: 2, wrapup: 0, paused: 0, logged: 2, unknown: 0 });
  });
  it('leaves others out unless all are wanted, and does not count the unknown as logged in', () => {
    const people = [agent('ana', { queues: [sac.id] }), agent('dora', { queues: [n1.id], state: 'paused' }), agent('eva', { state: 'unknown' })];
    expect(teamOf(people, [sac], false).logged).toBe(1);
    const all = teamOf(people, [sac], true);
    expect([all.free, all.paused, all.unknown, all.logged]).toEqual([1, 1, 1, 2]);
  });
});

describe('since when', () => {
  it('is the whole day only when every source counts from its start', () => {
    expect(sinceOf([source(1, { counting_since_ms: 100, day_from_ms: 100 })])).toEqual({ from: 100, wholeDay: true, uneven: false });
    expect(sinceOf([source(1, { counting_since_ms: 5_000, day_from_ms: 100 })]).wholeDay).toBe(false);
    expect(sinceOf([source(1, { counting_since_ms: 5_000, day_from_ms: null })]).wholeDay).toBe(false);
  });
  it('says when the sources began apart, or one not yet', () => {
    const first = source(1, { counting_since_ms: 0, day_from_ms: 0 });
    expect(sinceOf([first, source(2, { counting_since_ms: 60_000, day_from_ms: 0 })])).toEqual({ from: 0, wholeDay: false, uneven: true });
    expect(sinceOf([first, source(2)]).uneven).toBe(true);
    expect(sinceOf([source(2)])).toEqual({ from: null, wholeDay: false, uneven: false });
  });
});

describe('coverage', () => {
  it('is covered time over the time counted, of all sources together', () => {
    // 50 of 100 s and 100 of 100 s: 150 of 200 = 75 %.
    const rows = [source(1, { counting_since_ms: 0, covered_ms: 50_000 }), source(2, { counting_since_ms: 0, covered_ms: 100_000 })];
    expect(coverageOf(rows, 100_000)).toBe(0.75);
  });
  it('is whole for a source that began late and was heard ever since', () => {
    expect(coverageOf([source(1, { day_from_ms: 0, counting_since_ms: 60_000, covered_ms: 40_000 })], 100_000)).toBe(1);
  });
  it('is absent when nothing counts yet', () => {
    expect(coverageOf([source(1)], 100_000)).toBeNull();
    expect(coverageOf([source(1, { counting_since_ms: 100_000 })], 100_000)).toBeNull();
  });
});
