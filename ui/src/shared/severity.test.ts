import { describe, expect, test } from 'vitest';
import { verdict } from './severity';
import { level, queue, source } from './testing';

const NOW = 1_000_000;
const up = source(1);

describe('what can be said of a queue', () => {
  test('nothing by default', () => expect(verdict(queue('sac'), up, NOW)).toEqual({ severity: 'normal', reason: null }));

  test('critical: waiting more than three times the target with nobody free', () => {
    const waiting = { waiting: 1, oldest_ms: NOW - 60_001, goal_seconds: 20 };
    expect(verdict(queue('sac', waiting), up, NOW)).toEqual({ severity: 'critical', reason: 'wait' });
    expect(verdict(queue('sac', { ...waiting, oldest_ms: NOW - 60_000 }), up, NOW).severity).toBe('normal');
    expect(verdict(queue('sac', { ...waiting, free: 1 }), up, NOW).severity).toBe('normal');
    expect(verdict(queue('sac', { ...waiting, goal_seconds: 30 }), up, NOW).severity).toBe('normal');
  });

  test('attention: under target with enough contacts', () => {
    expect(verdict(queue('sac', { ...level(79, 100) }), up, NOW)).toEqual({ severity: 'attention', reason: 'service_level' });
    expect(verdict(queue('sac', { ...level(80, 100) }), up, NOW).severity).toBe('normal');
    expect(verdict(queue('sac', { ...level(0, 9) }), up, NOW).severity).toBe('normal');
    expect(verdict(queue('sac', { ...level(7, 10) }), up, NOW).severity).toBe('attention');
  });

  test('an exact target is in target, whatever floating point says', () => {
    expect(verdict(queue('sac', { goal_percent: 57, ...level(57, 100) }), up, NOW).severity).toBe('normal');
    expect(verdict(queue('sac', { goal_percent: 29, ...level(29, 100) }), up, NOW).severity).toBe('normal');
  });

  test('the wait comes before the service level', () => {
    const both = queue('sac', { waiting: 1, oldest_ms: 0, ...level(1, 100) });
    expect(verdict(both, up, NOW).reason).toBe('wait');
  });

  test('a source that is not heard says nothing of its queue, good or bad', () => {
    const bad = queue('sac', { waiting: 9, oldest_ms: 0, ...level(1, 100) });
    expect(verdict(bad, source(1, { link: 'down' }), NOW)).toEqual({ severity: 'no_data', reason: 'link' });
    expect(verdict(bad, source(1, { link: 'never' }), NOW).severity).toBe('no_data');
  });
});
