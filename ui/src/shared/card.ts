import { router } from './router.svelte';

/** A figure of the catalogue, of some queues or campaigns (row ids; none: all of them), of the day that goes on. */
export interface CardOf {
  readonly definition: string;
  readonly queues?: readonly string[];
  readonly campaigns?: readonly string[];
}

/** What the address says while a card is open; `null` is not there. A card can be kept as a link. */
export const NO_CARD = { cartao: null, filas: null, campanhas: null, de: null, ate: null, contato: null, tentativa: null };

const ids = (list: readonly string[] | undefined): string | null =>
  list === undefined || list.length === 0 ? null : list.map(encodeURIComponent).join(' ');

/** The stretch that figures on screen are of, Unix ms on whole minutes; `null`: the day that goes on. */
let stretch: readonly [number, number] | null = null;

/** Cards that are opened from now on are of this stretch, as what is on screen. */
export function showStretch(shown: readonly [number, number] | null): void {
  stretch = shown;
}

/** Who waits is of now, whatever the window; campaigns and people have the day's figures alone. */
const isNow = (definition: string): boolean => definition === 'waiting' || definition === 'longest_wait';

/** Opens the card of a figure over the page that is shown. */
export function openCard({ definition, queues, campaigns }: CardOf): void {
  const of = campaigns === undefined && !isNow(definition) ? stretch : null;
  const times = of === null ? {} : { de: String(of[0]), ate: String(of[1]) };
  router.change({ ...NO_CARD, ...times, cartao: definition, filas: ids(queues), campanhas: ids(campaigns) });
}

/** Row ids as the address holds them. */
export const idsIn = (text: string | null): string[] =>
  text === null || text === '' ? [] : text.split(' ').map((id) => {
    try {
      return decodeURIComponent(id);
    } catch {
      // A stray % in what somebody typed: taken as it stands.
      return id;
    }
  });
