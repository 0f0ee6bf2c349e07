import type { NameChoice } from '~/bindings/NameChoice';

/** The names last applied in this window: they can be undone until others are, also after a look at the live page. */
class LastApplied {
  /** What would undo them; `null`: nothing was applied, or it was undone. */
  undo = $state.raw<NameChoice[] | null>(null);
  /** Whose they are. */
  source = $state<number | null>(null);

  /** Remembers, or with `null` forgets. */
  set(source: number | null, undo: NameChoice[] | null): void {
    this.source = source;
    this.undo = undo;
  }
}

/** The names last applied. */
export const last = new LastApplied();
