import type { QueueRow } from '~/bindings/QueueRow';
import type { SourceRow } from '~/bindings/SourceRow';
import { verdict } from '~/shared/severity';
import { toReachGoal } from './figures';

/** Something that asks for somebody now: a fact of a queue or of a source. */
export type Card =
  | { readonly kind: 'wait'; readonly severity: 'critical'; readonly id: string; readonly queue: QueueRow; readonly since: number }
  | { readonly kind: 'link'; readonly severity: 'no_data'; readonly id: string; readonly source: SourceRow }
  | {
      readonly kind: 'level';
      readonly severity: 'attention';
      readonly id: string;
      readonly queue: QueueRow;
      /** Contacts in time in a row that bring it back; `null`: none is enough. */
      readonly needed: number | null;
    };

/** How many cards are shown at once. */
export const MAX_CARDS = 3;

const ORDER = { wait: 0, link: 1, level: 2 } as const;

/**
 * What needs somebody now, most urgent first: callers waiting with nobody free (longest against its target first), then
 * sources not heard, then queues under target (most customers first).
 */
export function cardsOf(queues: readonly QueueRow[], sources: ReadonlyMap<string, SourceRow>, now: number): Card[] {
  const cards: Card[] = [];
  for (const source of sources.values()) {
    if (source.link === 'down') cards.push({ kind: 'link', severity: 'no_data', id: `link ${source.id}`, source });
  }
  for (const queue of queues) {
    const { reason } = verdict(queue, sources.get(String(queue.source)), now);
    if (reason === 'wait' && queue.oldest_ms !== null) {
      cards.push({ kind: 'wait', severity: 'critical', id: `wait ${queue.id}`, queue, since: queue.oldest_ms });
    } else if (reason === 'service_level') {
      const { numerator, denominator } = queue.service_level;
      const needed = toReachGoal(numerator, denominator, queue.goal_percent);
      cards.push({ kind: 'level', severity: 'attention', id: `level ${queue.id}`, queue, needed });
    }
  }
  const weight = (card: Card): number => {
    if (card.kind === 'wait') return (now - card.since) / (card.queue.goal_seconds * 1_000);
    return card.kind === 'level' ? card.queue.service_level.denominator : 0;
  };
  return cards.sort((a, b) => ORDER[a.kind] - ORDER[b.kind] || weight(b) - weight(a) || a.id.localeCompare(b.id, 'pt-BR'));
}
