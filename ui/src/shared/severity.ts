import type { QueueRow } from '~/bindings/QueueRow';
import type { SourceRow } from '~/bindings/SourceRow';
import { isOpen } from './hours';

/** How much something asks for attention. `no_data`: its source is not heard. */
export type Severity = 'critical' | 'attention' | 'normal' | 'no_data';

/** Contacts below which a service level says nothing yet. */
export const MIN_OFFERED = 10;
/** Times the target's seconds after which a wait with nobody free is critical. */
export const WAIT_FACTOR = 3;

/** What can be said of a queue from its row alone, until the rules of the alert engine say it. Facts, never a ranking. */
export interface Verdict {
  readonly severity: Severity;
  /** Which fact. */
  readonly reason: 'link' | 'wait' | 'service_level' | null;
}

/** A wait longer than this many ms, with nobody free, is critical for the queue. */
export const criticalWaitMs = (queue: QueueRow): number => queue.goal_seconds * 1_000 * WAIT_FACTOR;

/** True if the service level is known, rests on enough contacts and is under target. */
export function underGoal(queue: QueueRow): boolean {
  const { numerator, denominator } = queue.service_level;
  // Whole numbers: 0.57 × 100 is a little under 57.
  return denominator >= MIN_OFFERED && numerator * 100 < queue.goal_percent * denominator;
}

/**
 * The verdict on a queue at `now` (Unix ms of the hub), `minute` of the operation's day. `source` is the queue's, if known.
 * Somebody who waits counts at any hour; a day's service level asks for nobody once the queue has closed.
 */
export function verdict(queue: QueueRow, source: SourceRow | undefined, now: number, minute: number): Verdict {
  if (source !== undefined && source.link !== 'up') return { severity: 'no_data', reason: 'link' };
  const wait = queue.oldest_ms === null ? 0 : now - queue.oldest_ms;
  if (queue.waiting > 0 && queue.free === 0 && wait > criticalWaitMs(queue)) return { severity: 'critical', reason: 'wait' };
  if (underGoal(queue) && isOpen(queue.hours, minute)) return { severity: 'attention', reason: 'service_level' };
  return { severity: 'normal', reason: null };
}
