import type { Command } from '~/bindings/Command';
import type { Hello } from '~/bindings/Hello';
import type { Reply } from '~/bindings/Reply';
import { CommandError, command } from '~/platform';
import { feed } from './feed.svelte';
import { zone } from './format.svelte';

/** Who is at this face and what the hub lets them do. */
class Session {
  #hello: Hello | null = $state.raw(null);
  #error: CommandError | null = $state.raw(null);

  /** The hub's greeting; `null` until it answers. */
  get hello(): Hello | null {
    return this.#hello;
  }
  /** Why the hub did not greet, if it did not. */
  get error(): CommandError | null {
    return this.#error;
  }

  /** Asks the hub who is there. Never rejects: see {@link error}. */
  async refresh(): Promise<void> {
    try {
      const reply = await command({ do: 'hello' });
      if (reply.is === 'hello') {
        this.#hello = reply.value;
        zone.name = reply.value.zone;
      }
      this.#error = null;
    } catch (thrown) {
      this.#error = CommandError.from(thrown);
    }
  }

  /** Does something that changes which sources are followed, then starts the feed and the greeting over. */
  async change(order: Command): Promise<Reply> {
    const reply = await command(order);
    await this.refresh();
    feed.start();
    return reply;
  }
}

/** The session with the hub. */
export const session = new Session();
