import type { Card } from '~/bindings/Card';
import type { CardAsked } from '~/bindings/CardAsked';
import type { RowOf } from '~/bindings/RowOf';
import { CommandError, command } from '~/platform';
import { idsIn } from '~/shared/card';
import { preferences } from '~/shared/preferences.svelte';
import { router } from '~/shared/router.svelte';

const time = (text: string | null): number | null => (text !== null && /^\d{1,15}$/.test(text) ? Number(text) : null);

/** The card that the address asks for. */
export class Asked {
  #told: { readonly asked: CardAsked; readonly card: Card } | null = $state.raw(null);
  #error: CommandError | null = $state.raw(null);
  /** As text, so that what only opens a story over the card asks for no other card. */
  #key = $derived(JSON.stringify({
    definition: router.value('cartao') ?? '',
    queues: idsIn(router.value('filas')),
    campaigns: idsIn(router.value('campanhas')),
    from_ms: time(router.value('de')),
    to_ms: time(router.value('ate')),
    language: preferences.language,
  } satisfies CardAsked));
  #asks = $derived(JSON.parse(this.#key) as CardAsked);

  get asks(): CardAsked {
    return this.#asks;
  }
  /** Its answer; none while another is waited for. */
  get card(): Card | null {
    return this.#told?.asked === this.#asks ? this.#told.card : null;
  }
  get error(): CommandError | null {
    return this.#error;
  }
  /** The same with the times that the card told: its list is then of the same stretch. */
  get fixed(): CardAsked {
    const card = this.card;
    return card === null ? this.#asks : { ...this.#asks, from_ms: card.from_ms, to_ms: card.to_ms };
  }
  /** Whose story is open. */
  get story(): { of: RowOf; id: string } | null {
    const [visit, attempt] = [router.value('contato'), router.value('tentativa')];
    if (visit !== null) return { of: 'visit', id: visit };
    return attempt === null ? null : { of: 'attempt', id: attempt };
  }

  /** Asks the hub. */
  async ask(asked: CardAsked): Promise<void> {
    this.#error = null;
    try {
      const reply = await command({ do: 'card', asked });
      // Another figure may have been asked for meanwhile.
      if (reply.is === 'card' && asked === this.#asks) this.#told = { asked, card: reply.value };
    } catch (thrown) {
      if (asked !== this.#asks) return;
      this.#error = CommandError.from(thrown);
    }
  }
}
