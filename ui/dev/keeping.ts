import type { BackupRow } from '../src/bindings/BackupRow';
import type { GoingRow } from '../src/bindings/GoingRow';
import type { KeepChoice } from '../src/bindings/KeepChoice';
import type { KeepRow } from '../src/bindings/KeepRow';
import type { Keeping } from '../src/bindings/Keeping';
import type { RemovalRow } from '../src/bindings/RemovalRow';
import type { RemovedRow } from '../src/bindings/RemovedRow';

const DAY = 86_400_000;
const RULES: readonly KeepRow[] = [
  { rule: 'numbers', keep: { count: 90, unit: 'days' }, usual: { count: 90, unit: 'days' }, tables: ['party'], law: 'Uma lei de exemplo.', law_confirmed: true, choice: 'Uma escolha.' },
  { rule: 'contacts', keep: { count: 2, unit: 'years' }, usual: { count: 2, unit: 'years' }, tables: ['visit', 'attempt'], law: 'Outra lei.', law_confirmed: false, choice: 'Uma escolha.' },
  { rule: 'working_time', keep: null, usual: { count: 5, unit: 'years' }, tables: ['party', 'agent_span'], law: 'Outra lei.', law_confirmed: true, choice: 'Uma escolha.' },
  { rule: 'rewind', keep: { count: 90, unit: 'days' }, usual: { count: 90, unit: 'days' }, tables: ['segment', 'imported'], law: null, law_confirmed: true, choice: 'Uma escolha.' },
];

/** Rules and receipts of a centre that is two years old, or of a new one. */
export class MockKeeping {
  #rules = RULES;
  #begun = 0;
  #removals: RemovalRow[] = [];

  constructor(readonly young: boolean) {
    if (young) return;
    const now = Date.now();
    this.#removals = [1, 2, 3].flatMap((day) =>
      (['numbers', 'rewind'] as const).map((rule) => ({ rule, before_ms: now - (90 + day) * DAY, removed_ms: now - day * DAY, rows: 212 * day, bytes: 31_000 * day })),
    );
  }
  shown(): Keeping {
    const age = Date.now() - this.#begun;
    const rows = this.going([]).reduce((sum, row) => sum + row.rows, 0);
    const now = this.#begun > 0 && age < 5_000 ? { since_ms: this.#begun, rows: Math.floor((rows * age) / 5_000), bytes: age * 400 } : null;
    const last: RemovedRow | null =
      this.#begun > 0 && now === null
        ? { at_ms: this.#begun + 5_000, rows, bytes: 2_000_000, steps: 412, p50_ms: 3.25, p99_ms: 14.5, longest_ms: 21.3, error: null }
        : null;
    return { rules: [...this.#rules], closing: 'As somas ficam.', fixed: false, nightly_minute: 210, now, last, removals: this.#removals, backup: this.#backup() };
  }
  #backup(): BackupRow | null {
    if (this.young) return null;
    const last = { last_ms: Date.now() - 2 * DAY, last_bytes: 48_120_331 };
    return { folder: '/backup/mirante', minute: 120, keep: 14, making: false, ...last, failed: 'there are 12 MB free and 96 MB are needed', failed_ms: Date.now() - 3_600_000, overdue: true };
  }
  going(keeps: readonly KeepChoice[]): GoingRow[] {
    const keep = new Map(this.#rules.map((row) => [row.rule, row.keep]));
    for (const choice of keeps) keep.set(choice.rule, choice.keep);
    return this.#rules.flatMap((row) =>
      row.tables.map((table, nth) => {
        const forever = keep.get(row.rule) === null || this.young;
        const rows = forever ? 0 : 1_284 * (nth + 1);
        return { rule: row.rule, table, rows, bytes: rows * 143, before_ms: forever ? null : Date.now() - 90 * DAY, oldest_ms: rows === 0 ? null : Date.now() - 400 * DAY, oldest_kept_ms: null };
      }),
    );
  }
  set(keeps: readonly KeepChoice[]): KeepChoice[] {
    const undo = this.#rules.map(({ rule, keep }) => ({ rule, keep }));
    this.#rules = this.#rules.map((row) => ({ ...row, keep: keeps.find((choice) => choice.rule === row.rule)?.keep ?? (keeps.some((choice) => choice.rule === row.rule) ? null : row.keep) }));
    return undo;
  }
  remove(): void {
    this.#begun = Date.now();
  }
}
