import type { Arrival } from '~/bindings/Arrival';
import type { ReconcileFigure } from '~/bindings/ReconcileFigure';
import type { ReconcileQueue } from '~/bindings/ReconcileQueue';

/** How an arrival's step stands; `unsure` where other calls of the same time hide it. */
export type Step = 'wait' | 'ok' | 'wrong' | 'unsure' | 'off';

/** The call that a person was asked to make waits so long, ms. */
export const ASKED_MS = 10_000;
/** A hand is not a clock, ms. */
export const NEAR_MS = 3_000;
/** The PBX and its record write whole seconds, ms. */
export const SECOND_MS = 1_250;
/** The queue_log is not written any more when a call is that long over, ms. */
const LATE_MS = 30_000;

/** What is shown first, and of what more is told below. */
export const MAIN: readonly ReconcileFigure['of'][] = ['completed', 'abandoned'];

/** What nothing explains, over all figures of a queue. */
export const leftOf = (queue: ReconcileQueue): number => queue.figures.reduce((sum, figure) => sum + figure.left, 0);

/** Visits that the queue_log tells otherwise. */
export const logDiffers = (queue: ReconcileQueue): number =>
  queue.log === null ? 0 : queue.log.differ + queue.log.only_ours + queue.log.only_log;

/** Causes of a queue's counts, the largest first. */
export const causesOf = (queue: ReconcileQueue): ReconcileFigure['because'] =>
  queue.figures.flatMap((figure) => figure.because).sort((one, other) => Math.abs(other.count) - Math.abs(one.count));

/** The platform's counter of how the call ended. */
export function pbxStep(arrival: Arrival): Step {
  if (arrival.ended_ms === null || arrival.pbx === null) return 'wait';
  // A key takes the caller out of a queue and into no counter.
  if (arrival.pbx === (arrival.outcome === 'exit_key' ? 0 : 1)) return 'ok';
  return arrival.others > 0 ? 'unsure' : 'wrong';
}

/** The record of how the call ended. `now`: Unix ms by the hub's clock. */
export function logStep(arrival: Arrival, isRead: boolean, now: number): Step {
  if (!isRead) return 'off';
  if (arrival.ended_ms === null) return 'wait';
  if (arrival.log === null) return now - arrival.ended_ms > LATE_MS ? 'wrong' : 'wait';
  const same = arrival.log.outcome === arrival.outcome && Math.abs(arrival.log.wait_ms - arrival.wait_ms) <= SECOND_MS;
  return same ? 'ok' : 'wrong';
}

/** What all steps come to; `wait` until the last of them is known. */
export function verdict(arrival: Arrival, isRead: boolean, now: number): 'wait' | 'ok' | 'far' | 'unsure' | 'bad' {
  const steps = [pbxStep(arrival), logStep(arrival, isRead, now)];
  if (steps.includes('wrong')) return 'bad';
  if (steps.includes('wait')) return 'wait';
  if (steps.includes('unsure')) return 'unsure';
  const far = arrival.outcome === 'abandoned' && Math.abs(arrival.wait_ms - ASKED_MS) > NEAR_MS;
  return far ? 'far' : 'ok';
}
