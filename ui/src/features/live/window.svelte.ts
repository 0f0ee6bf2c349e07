import type { LevelsNow } from '~/bindings/LevelsNow';
import type { QueueFigures } from '~/bindings/QueueFigures';
import type { QueueRow } from '~/bindings/QueueRow';
import type { WindowRow } from '~/bindings/WindowRow';
import { command } from '~/platform';
import { showStretch } from '~/shared/card';

/** How often figures of a window are asked for, ms: percentages that change faster cannot be read. */
const ASK_MS = 5_000;
const MINUTE = 60_000;

const DAY: WindowRow = { kind: 'day' };

/** Of what stretch the figures of the live view are, and those figures, as the hub last told them. */
export class Figures {
  /** What was chosen. */
  window: WindowRow = $state.raw(DAY);
  /** What is shown: another window's figures stay until those that were asked for are there, under their own name. */
  #shown: { readonly window: WindowRow; readonly levels: LevelsNow } | null = $state.raw(null);
  /** The hub did not answer the last time: what shows is older. */
  failed = $state(false);
  #byQueue = $derived(new Map((this.#shown?.levels.queues ?? []).map((queue) => [queue.id, queue] as const)));

  /** The window whose figures are shown; the day's come with the feed. */
  get shown(): WindowRow {
    return this.#shown?.window ?? DAY;
  }
  /** The shown window's first and last instant, Unix ms; `null` of the day. */
  get span(): readonly [number, number] | null {
    return this.#shown?.levels.span ?? null;
  }
  /** How much of the shown window was heard, 0 to 1; `null` of the day, or if nobody knows. */
  get heard(): number | null {
    return this.#shown?.levels.heard ?? null;
  }
  /** A queue's row with the figures of the shown window. */
  of(row: QueueRow): QueueRow {
    if (this.#shown === null) return row;
    return { ...row, ...(this.#byQueue.get(row.id) ?? nothing(row)) };
  }

  /**
   * Asks again and again, until what it gives back is called. `past`: the day up to the past moment that is on screen, which has the
   * day's figures alone; its cards are of that stretch.
   */
  follow(past: readonly [number, number] | null): () => void {
    const window = past === null ? this.window : DAY;
    if (window.kind === 'day') {
      this.#tell(null);
      showStretch(past);
      return () => showStretch(null);
    }
    let over = false;
    let asking = false;
    const ask = async (): Promise<void> => {
      // A hub that takes long is not asked twice at once.
      if (asking) return;
      asking = true;
      try {
        const reply = await command({ do: 'levels', window });
        if (over || reply.is !== 'levels') return;
        this.#tell({ window, levels: reply.value });
        this.failed = false;
      } catch {
        if (!over) this.failed = true;
      } finally {
        asking = false;
      }
    };
    void ask();
    const timer = setInterval(() => void ask(), ASK_MS);
    return () => {
      over = true;
      clearInterval(timer);
      showStretch(null);
    };
  }

  #tell(shown: { readonly window: WindowRow; readonly levels: LevelsNow } | null): void {
    this.#shown = shown;
    if (shown === null) this.failed = false;
    // The card of a figure is of what is on screen; facts are kept by whole minutes.
    const [from, to] = shown?.levels.span ?? [0, 0];
    showStretch(shown === null ? null : [from, Math.ceil((to + 1) / MINUTE) * MINUTE]);
  }
}

/** A queue of which the window tells nothing: one that came since. */
function nothing(row: QueueRow): Omit<QueueFigures, 'id'> {
  const none = { value: null, numerator: 0, denominator: 0 };
  return {
    goal_percent: row.goal_percent,
    goal_seconds: row.goal_seconds,
    offered: 0,
    answered: 0,
    abandoned: 0,
    other_lost: 0,
    unknown: 0,
    service_level: { ...none, definition: row.service_level.definition },
    abandonment: { ...none, definition: row.abandonment.definition },
    asa_ms: null,
    talk_ms: null,
    hidden: row.hidden,
  };
}
