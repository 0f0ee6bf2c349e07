import { Virtual } from '~/shared/virtual.svelte';

/**
 * A table walked with the keyboard: the table keeps the focus and names its active row, so a row that moves, leaves or is
 * not drawn never takes the focus with it.
 */
export class Rows<T extends { readonly id: string }> {
  active: string | null = $state(null);
  readonly virtual: Virtual;

  constructor(
    private readonly rows: () => readonly T[],
    height: () => number,
    private readonly open: (row: T) => void,
    private readonly margin = 34,
    private readonly other: (key: string, row: T) => void = () => undefined,
  ) {
    this.virtual = new Virtual(() => rows().length, height);
  }

  /** Handles the table's keys. */
  key = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const rows = this.rows();
    const at = rows.findIndex((row) => row.id === this.active);
    const last = rows.length - 1;
    const moves: Record<string, number> = {
      ArrowDown: Math.min(last, at + 1),
      ArrowUp: Math.max(0, at - 1),
      PageDown: Math.min(last, at + 10),
      PageUp: Math.max(0, at - 10),
      Home: 0,
      End: last,
    };
    const to = moves[event.key];
    const row = rows[at];
    if (to !== undefined && last >= 0) {
      event.preventDefault();
      this.active = rows[to]?.id ?? null;
      this.virtual.show(to, this.margin);
    } else if (row !== undefined && (event.key === 'Enter' || event.key === ' ')) {
      event.preventDefault();
      this.open(row);
    } else if (row !== undefined) {
      this.other(event.key, row);
    }
  };

  /** The first row becomes active when the table takes the focus by keyboard. */
  focus = (): void => {
    const rows = this.rows();
    if (!rows.some((row) => row.id === this.active)) this.active = rows[0]?.id ?? null;
  };
}
