import type { GoalRow } from '~/bindings/GoalRow';
import type { GoalsNow } from '~/bindings/GoalsNow';
import type { QueueLevels } from '~/bindings/QueueLevels';
import type { WindowRow } from '~/bindings/WindowRow';
import { CommandError, command } from '~/platform';
import { preferences } from '~/shared/preferences.svelte';

/** How often figures of windows and goals are asked for, ms: percentages that change faster cannot be read. */
const ASK_MS = 10_000;

/** Goals in force and figures of queues over a window, as the hub last told them. */
export class Goals {
  /** Of what stretch the queues' figures are. */
  window: WindowRow = $state.raw({ kind: 'day' });
  /** What is shown: another window's figures stay until those that were asked for are there, under their own name. */
  #shown: { readonly window: WindowRow; readonly told: GoalsNow } | null = $state.raw(null);
  /** Why the hub told nothing the last time: what shows is older. */
  error: CommandError | null = $state.raw(null);

  /** What the hub last told. */
  get now(): GoalsNow | null {
    return this.#shown?.told ?? null;
  }
  /** The window whose figures are shown. */
  get shown(): WindowRow {
    return this.#shown?.window ?? this.window;
  }
  /** Another window was chosen, and what shows is still the one before. */
  get waits(): boolean {
    return this.#shown !== null && this.#shown.window !== this.window;
  }

  #levels = $derived(new Map((this.now?.queues ?? []).map((queue) => [queue.queue, queue] as const)));

  /** A queue's figures over the window. */
  of(queue: string): QueueLevels | undefined {
    return this.#levels.get(queue);
  }
  /** Goals that are missed first; of those, the ones that can still be reached; what cannot be judged yet comes last. */
  get goals(): readonly GoalRow[] {
    return [...(this.now?.goals ?? [])].sort((a, b) => rank(a) - rank(b));
  }
  /** Asks again and again, until what it gives back is called. Whoever changes the window or the language is answered at once. */
  follow(): () => void {
    const asked = { window: this.window, language: preferences.language };
    let over = false;
    let asking = false;
    const ask = async (): Promise<void> => {
      // A hub that takes long is not asked twice at once.
      if (asking) return;
      asking = true;
      try {
        const reply = await command({ do: 'goals', ...asked });
        if (over || reply.is !== 'goals') return;
        [this.#shown, this.error] = [{ window: asked.window, told: reply.value }, null];
      } catch (thrown) {
        if (!over) this.error = CommandError.from(thrown);
      } finally {
        asking = false;
      }
    };
    void ask();
    const timer = setInterval(() => void ask(), ASK_MS);
    return () => {
      over = true;
      clearInterval(timer);
    };
  }
}

function rank(goal: GoalRow): number {
  if (goal.reached === null) return 3;
  if (goal.reached) return 2;
  return goal.outlook === 'out_of_reach' ? 1 : 0;
}
