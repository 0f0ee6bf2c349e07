import type { Command } from '~/bindings/Command';
import type { ImportNow } from '~/bindings/ImportNow';
import type { Imports } from '~/bindings/Imports';
import { command } from '~/platform';
import { errorWords } from '~/shared/errors';
import { toasts } from '~/shared/toasts.svelte';

/** How often what goes on is looked at, ms. */
const LOOK_MS = 500;

/** True until it is done or has failed. */
export const goesOn = (now: ImportNow): boolean => now.done === null && now.failed === null;

/** What was imported, and what is being imported or taken back. */
class Imported {
  #list: Imports | null = $state.raw(null);
  #now: ImportNow | null = $state.raw(null);

  /** What was imported and what is missing; `null` until the hub answers. */
  get list(): Imports | null {
    return this.#list;
  }
  /** The day that is completed or the import that is taken back: how far it is, or how it ended. */
  get now(): ImportNow | null {
    return this.#now;
  }
  /** True while it goes on. */
  get goesOn(): boolean {
    return this.#now !== null && goesOn(this.#now);
  }

  /** Asks the hub again. */
  async refresh(): Promise<void> {
    try {
      const reply = await command({ do: 'imports' });
      if (reply.is === 'imports') this.#list = reply.value;
    } catch (thrown) {
      toasts.error(errorWords(thrown));
    }
  }

  /** Takes in the hours of today before a source was heard. */
  complete(source: string): Promise<void> {
    return this.#run({ do: 'complete_day', source });
  }

  /** Takes an import back. */
  undo(source: string): Promise<void> {
    return this.#run({ do: 'undo_import', source });
  }

  /** Its result was seen. */
  seen(): void {
    this.#now = null;
  }

  /** Follows what goes on already, such as what another face asked for. */
  follow(): Promise<void> {
    return this.#run({ do: 'import_now' });
  }

  async #run(order: Command): Promise<void> {
    if (this.goesOn) return;
    try {
      let reply = await command(order);
      while (reply.is === 'importing' && reply.value !== null && reply.value.does !== 'report') {
        this.#now = reply.value;
        if (!goesOn(this.#now)) break;
        await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
        reply = await command({ do: 'import_now' });
      }
      // A hub that was started again knows nothing of it: the list says what is there.
      if (this.goesOn) this.#now = null;
    } catch (thrown) {
      this.#now = null;
      toasts.error(errorWords(thrown));
    }
    await this.refresh();
  }
}

export const imported = new Imported();
