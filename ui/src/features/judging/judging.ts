/** Rules and goals as people type them, and which of several versions holds on a day. */
import type { AimRow } from '~/bindings/AimRow';
import type { RuleRow } from '~/bindings/RuleRow';
import type { ScopeRow } from '~/bindings/ScopeRow';

/** A scope as a select holds it: `queue 1/sac`. */
export const scopeKey = (scope: ScopeRow): string => `${scope.kind} ${scope.id}`;

/** The scope of a select's value. */
export function scopeOf(key: string): ScopeRow {
  const space = key.indexOf(' ');
  return { kind: key.slice(0, space), id: key.slice(space + 1) } as ScopeRow;
}

export const sameScope = (a: ScopeRow, b: ScopeRow): boolean => scopeKey(a) === scopeKey(b);

/** Of versions of one thing: past, in force, or to come. Days are `2026-12-01`, and compare as text. */
export type Stands = 'past' | 'now' | 'later';

/** Where each version stands on a day; `same` says which are of one thing. */
export function standing<T extends { readonly from: string | null }>(
  versions: readonly T[],
  today: string,
  same: (a: T, b: T) => boolean,
): Map<T, Stands> {
  const day = (version: T): string => version.from ?? '';
  const stands = new Map<T, Stands>();
  for (const version of versions) {
    const newer = versions.some((other) => same(other, version) && day(other) > day(version) && day(other) <= today);
    stands.set(version, day(version) > today ? 'later' : newer ? 'past' : 'now');
  }
  return stands;
}

export const sameRule = (a: RuleRow, b: RuleRow): boolean => sameScope(a.scope, b.scope);
export const sameGoal = (a: AimRow, b: AimRow): boolean =>
  sameScope(a.scope, b.scope) &&
  a.definition === b.definition &&
  JSON.stringify(a.window) === JSON.stringify(b.window) &&
  a.weekdays === b.weekdays &&
  a.on_holidays === b.on_holidays &&
  a.on_others === b.on_others;

/** A whole number within bounds; `null` if it is none, also when nothing was typed. */
export function whole(text: string, least: number, most: number): number | null {
  const told = text.trim();
  if (!/^\d{1,6}$/.test(told)) return null;
  const n = Number(told);
  return n >= least && n <= most ? n : null;
}

/** What is wanted, in the hub's thousandths: `80` % is 800, `4,5` % is 45, `30` s is 30000. `null` if it is none. */
export function milliOf(text: string, unit: string): number | null {
  const told = text.trim().replace(',', '.');
  const places = unit === 'share' ? 1 : 3;
  if (!new RegExp(`^\\d{1,9}(\\.\\d{1,${places}})?$`).test(told)) return null;
  const [head = '', part = ''] = told.split('.');
  const milli = Number(head) * 10 ** places + Number(part.padEnd(places, '0'));
  return unit === 'share' && milli > 1_000 ? null : milli;
}

/** The weekdays of a mask, Monday first: `[0, 4]` is Monday and Friday. */
export const weekdaysOf = (mask: number): number[] => [0, 1, 2, 3, 4, 5, 6].filter((nth) => ((mask >> nth) & 1) === 1);
