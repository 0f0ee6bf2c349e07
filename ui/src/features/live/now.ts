import type { AlertRow } from '~/bindings/AlertRow';
import type { QueueRow } from '~/bindings/QueueRow';
import type { SourceRow } from '~/bindings/SourceRow';
import { verdict } from '~/shared/severity';
import { groupsOf, isFree, stands, type Group } from '~/features/alerts/order';
import { toReachGoal } from './figures';

/** Something that asks for somebody now: a fact of a queue or of a source. */
export type Card =
  /** Alerts of one rule that nobody looks after. */
  | { readonly kind: 'alert'; readonly severity: 'critical' | 'attention'; readonly id: string; readonly group: Group }
  | { readonly kind: 'wait'; readonly severity: 'critical'; readonly id: string; readonly queue: QueueRow; readonly since: number }
  | { readonly kind: 'link'; readonly severity: 'no_data'; readonly id: string; readonly source: SourceRow }
  | {
      readonly kind: 'level';
      readonly severity: 'attention';
      readonly id: string;
      readonly queue: QueueRow;
      /** Contacts in time in a row that bring it back; `null`: none is enough. */
      readonly needed: number | null;
    }
  /** Several queues under target: one card, so that a slow day does not fill the screen with alarms. */
  | { readonly kind: 'levels'; readonly severity: 'attention'; readonly id: string; readonly queues: readonly QueueRow[] };

/** A fixed order of what else is alike; nobody reads ids. */
const byId = (a: { readonly id: string }, b: { readonly id: string }): number => (a.id < b.id ? -1 : Number(a.id > b.id));

/** How many cards are shown at once. */
export const MAX_CARDS = 3;

const ORDER = { alert: -1, wait: 0, link: 1, level: 2, levels: 2 } as const;

/** True if some alert says the same of a queue or a source: whether somebody looks after it or not, it is not said twice. */
function isTold(alerts: readonly AlertRow[], source: number, subject: string, of: RegExp): boolean {
  return alerts.some((alert) => alert.source === source && alert.subject === subject && of.test(alert.figure ?? ''));
}

/**
 * What needs somebody now, most urgent first: alerts that nobody looks after (a notice asks for nobody), then callers waiting with nobody free (longest against its target first), then
 * sources not heard, then queues under target (most customers first), together when
 * there are several.
 */
export function cardsOf(queues: readonly QueueRow[], sources: ReadonlyMap<string, SourceRow>, now: number, minute: number, alerts: readonly AlertRow[] = []): Card[] {
  const standing = alerts.filter(stands);
  const urgent = groupsOf(standing.filter((alert) => isFree(alert) && alert.severity !== 'notice'));
  const cards: Card[] = urgent.map((group) => ({ kind: 'alert', severity: group.alerts[0]?.severity === 'critical' ? 'critical' : 'attention', id: `alert ${group.id}`, group }));
  const under: QueueRow[] = [];
  for (const source of sources.values()) {
    if (source.link === 'down' && !standing.some((alert) => alert.scope === 'source' && alert.source === source.id)) cards.push({ kind: 'link', severity: 'no_data', id: `link ${source.id}`, source });
  }
  for (const queue of queues) {
    const { reason } = verdict(queue, sources.get(String(queue.source)), now, minute);
    if (reason === 'wait' && queue.oldest_ms !== null) {
      if (isTold(standing, queue.source, queue.name, /^(longest_wait|waiting|free|logged)$/)) continue;
      cards.push({ kind: 'wait', severity: 'critical', id: `wait ${queue.id}`, queue, since: queue.oldest_ms });
    } else if (reason === 'service_level' && !isTold(standing, queue.source, queue.name, /^sl_/)) {
      under.push(queue);
    }
  }
  under.sort((a, b) => b.service_level.denominator - a.service_level.denominator || byId(a, b));
  const [only, more] = under;
  if (only !== undefined && more === undefined) {
    const { numerator, denominator } = only.service_level;
    const needed = toReachGoal(numerator, denominator, only.goal_percent);
    cards.push({ kind: 'level', severity: 'attention', id: `level ${only.id}`, queue: only, needed });
  } else if (more !== undefined) {
    cards.push({ kind: 'levels', severity: 'attention', id: 'levels', queues: under });
  }
  const weight = (card: Card): number => (card.kind === 'wait' ? (now - card.since) / (card.queue.goal_seconds * 1_000) : 0);
  // Alerts are in their order already.
  const rest = (a: Card, b: Card): number => (a.kind === 'alert' ? 0 : byId(a, b));
  return cards.sort((a, b) => ORDER[a.kind] - ORDER[b.kind] || weight(b) - weight(a) || rest(a, b));
}
