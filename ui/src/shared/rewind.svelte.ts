import { CommandError, command } from '~/platform';
import { feed } from './feed.svelte';

/** Brings the moment that the address names on screen, and the screen back. */
class Rewind {
  #wanted: number | null = null;
  #error: CommandError | null = $state.raw(null);

  /** Why the moment cannot be shown. */
  get error(): CommandError | null {
    return this.#error;
  }

  /** Follows the address: Unix ms, or `null` for live. */
  async follow(at: number | null): Promise<void> {
    this.#wanted = at;
    this.#error = null;
    if (at === null) {
      feed.live();
      return;
    }
    try {
      const reply = await command({ do: 'moment', at_ms: at });
      // Whoever asked for another one meanwhile is not shown this.
      if (this.#wanted === at && reply.is === 'moment') feed.rewind(reply.value);
    } catch (thrown) {
      if (this.#wanted !== at) return;
      feed.live();
      this.#error = CommandError.from(thrown);
    }
  }
}

/** The rewind. */
export const rewind = new Rewind();
