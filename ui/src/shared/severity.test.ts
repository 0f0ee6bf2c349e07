import { describe, expect, test } from 'vitest';
import { verdict } from './severity';
import { level, queue, source } from './testing';

const NOW = 1_000_000;
/** Minute of the day. */
const NOON = 720;
const up = source(1);

describe('what can be said of a queue', () => {
  test('nothing by default', () => expect(verdict(queue('sac'), up, NOW, NOON)).toEqual({ severity: 'normal', reason: null }));

  test('critical: waiting more than three times the target with nobody free', () => {
    const waiting = { waiting: 1, oldest_ms: NOW - 60_001, goal_seconds: 20 };
    expect(verdict(queue('sac', waiting), up, NOW, NOON)).toEqual({ severity: 'critical', reason: 'wait' });
    expect(verdict(queue('sac', { ...waiting, oldest_ms: NOW - 60_000 }), up, NOW, NOON).severity).toBe('normal');
    expect(verdict(queue('sac', { ...waiting, free: 1 }), up, NOW, NOON).severity).toBe('normal');
    expect(verdict(queue('sac', { ...waiting, goal_seconds: 30 }), up, NOW, NOON).severity).toBe('normal');
  });

  test('attention: under target with enough contacts', () => {
    expect(verdict(queue('sac', { ...level(79, 100) }), up, NOW, NOON)).toEqual({ severity: 'attention', reason: 'service_level' });
    expect(verdict(queue('sac', { ...level(80, 100) }), up, NOW, NOON).severity).toBe('normal');
    expect(verdict(queue('sac', { ...level(0, 9) }), up, NOW, NOON).severity).toBe('normal');
    expect(verdict(queue('sac', { ...level(7, 10) }), up, NOW, NOON).severity).toBe('attention');
  });

  test('an exact target is in target, whatever floating point says', () => {
    expect(verdict(queue('sac', { goal_percent: 57, ...level(57, 100) }), up, NOW, NOON).severity).toBe('normal');
    expect(verdict(queue('sac', { goal_percent: 29, ...level(29, 100) }), up, NOW, NOON).severity).toBe('normal');
  });

  test('a closed queue: the day asks for nobody, whoever still waits does', () => {
    const closed = { ...level(1, 100), hours: [480, 1080] as [number, number] };
    expect(verdict(queue('sac', closed), up, NOW, NOON).reason).toBe('service_level');
    expect(verdict(queue('sac', closed), up, NOW, 1_200).severity).toBe('normal');
    expect(verdict(queue('sac', { ...closed, waiting: 1, oldest_ms: 0 }), up, NOW, 1_200).reason).toBe('wait');
  });
  test('the wait comes before the service level', () => {
    const both = queue('sac', { waiting: 1, oldest_ms: 0, ...level(1, 100) });
    expect(verdict(both, up, NOW, NOON).reason).toBe('wait');
  });

  test('a source that is not heard says nothing of its queue, good or bad', () => {
    const bad = queue('sac', { waiting: 9, oldest_ms: 0, ...level(1, 100) });
    expect(verdict(bad, source(1, { link: 'down' }), NOW, NOON)).toEqual({ severity: 'no_data', reason: 'link' });
    expect(verdict(bad, source(1, { link: 'never' }), NOW, NOON).severity).toBe('no_data');
  });
});
