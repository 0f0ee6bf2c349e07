import { describe, expect, it } from 'vitest';
import type { RuleRow } from '~/bindings/RuleRow';
import { milliOf, sameRule, scopeKey, scopeOf, standing, weekdaysOf, whole } from './judging';
import { dayAfter, dayStart, valueOf, windowOf } from '~/shared/windows';

const rule = (id: string, from: string | null): RuleRow => ({
  scope: { kind: 'queue', id },
  from,
  percent: 80,
  seconds: 20,
  short_seconds: null,
  formulas: [],
});

describe('versions', () => {
  it('hold from their day until the next', () => {
    const [always, november, december, other] = [rule('1/a', null), rule('1/a', '2026-11-01'), rule('1/a', '2026-12-01'), rule('1/b', null)];
    const stands = standing([always, november, december, other], '2026-11-22', sameRule);
    expect([always, november, december, other].map((version) => stands.get(version))).toEqual(['past', 'now', 'later', 'now']);
    expect(standing([december], '2026-12-01', sameRule).get(december)).toBe('now');
  });
  it('keep spaces in names', () => {
    expect(scopeOf(scopeKey({ kind: 'client', id: 'Loja do Zé' }))).toEqual({ kind: 'client', id: 'Loja do Zé' });
  });
});

describe('amounts', () => {
  it('are exact', () => {
    expect(milliOf('80', 'share')).toBe(800);
    expect(milliOf('4,5', 'share')).toBe(45);
    expect(milliOf('4,55', 'share')).toBeNull();
    expect(milliOf('101', 'share')).toBeNull();
    expect(milliOf('30', 'ms')).toBe(30_000);
    expect(milliOf('12.5', 'per_hour')).toBe(12_500);
    expect(milliOf('-1', 'count')).toBeNull();
    expect(milliOf('', 'count')).toBeNull();
    expect([whole('0', 1, 100), whole('100', 1, 100), whole('1e2', 1, 100)]).toEqual([null, 100, null]);
    expect(weekdaysOf(0b1010001)).toEqual([0, 4, 6]);
  });
});

describe('windows', () => {
  it('come back from a select', () => {
    for (const value of ['day', 'rolling 15', 'interval 30', 'shift turno da manhã']) expect(valueOf(windowOf(value))).toBe(value);
  });
  it('begin at midnight of the zone, also where clocks change', () => {
    expect(dayStart('2026-11-22', 'America/Sao_Paulo')).toBe(Date.parse('2026-11-22T03:00:00Z'));
    expect(dayStart('2026-03-29', 'Europe/Madrid')).toBe(Date.parse('2026-03-28T23:00:00Z'));
    expect(dayStart('2026-03-30', 'Europe/Madrid')).toBe(Date.parse('2026-03-29T22:00:00Z'));
    expect(dayAfter('2026-12-31')).toBe('2027-01-01');
  });
});
