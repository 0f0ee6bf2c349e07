/** Rows of a file of names: which are shown, and which will be applied. */
import type { NameChoice } from '~/bindings/NameChoice';
import type { NameOf } from '~/bindings/NameOf';
import type { NameRow } from '~/bindings/NameRow';
import type { NameStatus } from '~/bindings/NameStatus';
import { matches } from '~/shared/search';

/** Largest file, bytes: what the hub takes. */
export const MAX_FILE = 8 * 1024 * 1024;

/** The kinds of row, most to do first. */
export const STATUSES: readonly NameStatus[] = ['new', 'changed', 'unknown', 'same', 'invalid'];

/** How many rows of each kind. */
export function countByStatus(rows: readonly NameRow[]): Record<NameStatus, number> {
  const counts: Record<NameStatus, number> = { new: 0, changed: 0, unknown: 0, same: 0, invalid: 0 };
  for (const row of rows) counts[row.status] += 1;
  return counts;
}

/** What is shown of the rows. */
export interface Filter {
  readonly status: NameStatus | 'all';
  readonly of: NameOf | 'all';
  readonly search: string;
}

/** The rows that a filter leaves. */
export function shown(rows: readonly NameRow[], { status, of, search }: Filter): NameRow[] {
  return rows.filter(
    (row) => (status === 'all' || row.status === status) && (of === 'all' || row.of === of) && matches(search, [row.key, row.name, row.present]),
  );
}

/** True for a row that can be applied at all. */
export function canApply(row: NameRow): boolean {
  return row.status === 'new' || row.status === 'changed' || row.status === 'unknown';
}

/** Lines that are applied unless somebody says otherwise: whatever the PBX has not shown waits for a word. */
export function pickedAtFirst(rows: readonly NameRow[]): ReadonlySet<number> {
  return new Set(rows.filter((row) => canApply(row) && row.status !== 'unknown').map((row) => row.line));
}

/** The choices that the picked lines are. */
export function choicesOf(rows: readonly NameRow[], picked: ReadonlySet<number>): NameChoice[] {
  return rows.filter((row) => canApply(row) && picked.has(row.line)).map(({ of, key, name }) => ({ of, key, name }));
}
