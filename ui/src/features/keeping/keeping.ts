/** How long things are kept, as people type it; and what would go, by rule. */
import type { GoingRow } from '~/bindings/GoingRow';
import type { KeepChoice } from '~/bindings/KeepChoice';
import type { KeepFor } from '~/bindings/KeepFor';
import type { KeepRow } from '~/bindings/KeepRow';
import type { KeepRule } from '~/bindings/KeepRule';
import type { KeepUnit } from '~/bindings/KeepUnit';
import { reference } from '~/locales';

type Word = keyof typeof reference.keeping;
/** A table of history that people have a word for. */
export type Table = { [W in Word]: W extends `table.${infer T}` ? T : never }[Word];
/** Whether there is a word for a table. */
export const isTable = (table: string): table is Table => `table.${table}` in reference.keeping;

/** The units that a time is told in, and for ever. */
export const UNITS = ['days', 'months', 'years', 'forever'] as const satisfies readonly (KeepUnit | 'forever')[];
export type Unit = (typeof UNITS)[number];

/** The most of each, as the hub takes it: a hundred years. */
const MOST: Record<KeepUnit, number> = { days: 36_500, months: 1_200, years: 100 };

/** A time being typed. */
export interface Draft {
  readonly rule: KeepRule;
  readonly count: string;
  readonly unit: Unit;
}

/** What stands in the fields for a time; for ever keeps no number. */
export function draftOf(rule: KeepRule, keep: KeepFor | null): Draft {
  return keep === null ? { rule, count: '', unit: 'forever' } : { rule, count: String(keep.count), unit: keep.unit };
}

/** The time that was typed; `undefined` if it is none. */
export function keepOf({ count, unit }: Draft): KeepFor | null | undefined {
  if (unit === 'forever') return null;
  const told = count.trim();
  const n = /^\d{1,5}$/.test(told) ? Number(told) : 0;
  return n >= 1 && n <= MOST[unit] ? { count: n, unit } : undefined;
}

const same = (a: KeepFor | null, b: KeepFor | null): boolean => a?.count === b?.count && a?.unit === b?.unit;

/** The choices that differ from what holds; `null` while any is not a time. */
export function changes(rules: readonly KeepRow[], drafts: readonly Draft[]): KeepChoice[] | null {
  const changed: KeepChoice[] = [];
  for (const draft of drafts) {
    const keep = keepOf(draft);
    if (keep === undefined) return null;
    const now = rules.find((row) => row.rule === draft.rule);
    if (now !== undefined && !same(now.keep, keep)) changed.push({ rule: draft.rule, keep });
  }
  return changed;
}

/** What goes of one rule, or of all. */
export interface Going {
  readonly rows: number;
  readonly bytes: number;
  /** The oldest, Unix ms; absent when nothing goes. */
  readonly oldest: number | null;
  /** The tables of which something goes. */
  readonly tables: readonly GoingRow[];
}

/** What goes of one rule, or of all. */
export function goingOf(going: readonly GoingRow[], rule?: KeepRule): Going {
  const tables = going.filter((row) => row.rows > 0 && (rule === undefined || row.rule === rule));
  const oldest = tables.flatMap((row) => row.oldest_ms ?? []);
  return {
    rows: tables.reduce((sum, row) => sum + row.rows, 0),
    bytes: tables.reduce((sum, row) => sum + row.bytes, 0),
    oldest: oldest.length === 0 ? null : Math.min(...oldest),
    tables,
  };
}
