import type { ImportDone } from '../src/bindings/ImportDone';
import type { ImportedRow } from '../src/bindings/ImportedRow';
import type { ImportNow } from '../src/bindings/ImportNow';
import type { Imports } from '../src/bindings/Imports';

/** Nothing but what a test of screens says. */
const NOTHING: ImportDone = {
  rows: 0,
  visits: 0,
  known: 0,
  heard: 0,
  skipped: 0,
  from_ms: null,
  to_ms: null,
  unfit: [],
  report: null,
  stopped: false,
  open: 0,
  begins_ms: null,
};

/** An invented day that began before listening did, and what was imported of it and of others. */
export class MockImports {
  readonly #day = new Date().setHours(0, 0, 0, 0);
  readonly #until = new Date().setHours(10, 42, 0, 0);
  #told: ImportedRow | null = null;
  #others: ImportedRow[] = [
    { source: 'antigo', kind: 'report', files: 2, visits: 48_213, from_ms: Date.UTC(2026, 0, 5), to_ms: Date.UTC(2026, 6, 31), undoing: false },
  ];
  #undone: Imports['undone'] = [];

  list(): Imports {
    const imports = [...(this.#told === null ? [] : [this.#told]), ...this.#others];
    const missing = [{ source: 'matriz', label: 'Matriz', from_ms: this.#day, until_ms: this.#until, has_log: true, being_told: false, told: this.#told }];
    return { imports, undone: this.#undone, missing };
  }

  complete(source: string): ImportNow {
    const [from_ms, to_ms] = [this.#day + 8 * 3_600_000, this.#until - 20_000];
    this.#told = { source: 'matriz/2026-11-22', kind: 'hours', files: 1, visits: 312, from_ms, to_ms, undoing: false };
    return { does: 'day', name: 'queue_log', source, percent: 100, rows: 1_480, done: { ...NOTHING, rows: 1_480, visits: 312, open: 2, from_ms, to_ms }, failed: null };
  }

  undo(source: string): ImportNow {
    const row = this.list().imports.find((known) => known.source === source);
    if (row !== undefined) this.#undone = [{ source, begun_ms: Date.now(), ended_ms: Date.now(), visits: row.visits }, ...this.#undone];
    if (this.#told?.source === source) this.#told = null;
    this.#others = this.#others.filter((known) => known.source !== source);
    return { does: 'undo', name: source, source, percent: 100, rows: 1, done: NOTHING, failed: null };
  }
}
