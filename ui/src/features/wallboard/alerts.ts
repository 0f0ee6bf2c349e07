/** Which alerts a supervisors' wall shows. */
import type { AlertRow } from '~/bindings/AlertRow';
import type { QueueRow } from '~/bindings/QueueRow';
import { isFree } from '~/features/alerts/order';

/**
 * Alerts that nobody looks after and that are about what the board is about. Of a person none: a name on a wall is a comparison;
 * a notice asks for nobody. `whole`: the board is about everything.
 */
export function boardAlerts(alerts: Iterable<AlertRow>, queues: readonly QueueRow[], whole: boolean): AlertRow[] {
  const ids = new Set(queues.map((queue) => queue.id));
  const sources = new Set(queues.map((queue) => queue.source));
  const operations = new Set(queues.map((queue) => queue.operation));
  const isOfBoard = (alert: AlertRow): boolean => {
    if (alert.scope === 'agent' || alert.scope === 'team') return false;
    if (whole) return true;
    if (alert.scope === 'queue') return ids.has(`${alert.source}/${alert.subject}`);
    return alert.scope === 'operation' ? operations.has(alert.subject) : alert.scope === 'source' && sources.has(alert.source);
  };
  return [...alerts].filter((alert) => isFree(alert) && alert.severity !== 'notice' && isOfBoard(alert));
}
