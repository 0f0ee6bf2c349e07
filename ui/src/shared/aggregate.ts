/**
 * Figures of a board over several queues.
 *
 * Ratios are summed numerators over summed denominators and means are weighted by volume: an average of averages would
 * let a queue with three calls outweigh one with three hundred. A figure without a denominator is `null`, never 0.
 */
import type { AgentRow } from '~/bindings/AgentRow';
import type { QueueRow } from '~/bindings/QueueRow';
import type { SourceRow } from '~/bindings/SourceRow';

/** A ratio with its two sums; `value` is `null` when the denominator is 0. */
export interface Ratio {
  value: number | null;
  numerator: number;
  denominator: number;
}

/** People by what they do; each person once, however many queues they serve. */
export interface Team {
  free: number;
  ringing: number;
  talking: number;
  wrapup: number;
  paused: number;
  /** Logged in to something: the sum of the five above. */
  logged: number;
  /** State not known: not counted as logged in. */
  unknown: number;
}

/** The target of a set of queues. `mixed` when they differ: then `percent` is weighted by what each queue is judged on. */
export type BoardGoal =
  | { kind: 'none' }
  | { kind: 'same'; percent: number; seconds: number }
  | { kind: 'mixed'; percent: number | null; lowest: number; highest: number };

/** A ratio from its sums. */
export function ratio(numerator: number, denominator: number): Ratio {
  return { value: denominator > 0 ? numerator / denominator : null, numerator, denominator };
}

/** Service level of several queues, each contact judged by its own queue's target. */
export function serviceLevel(queues: readonly QueueRow[]): Ratio {
  let numerator = 0;
  let denominator = 0;
  for (const { service_level: level } of queues) {
    numerator += level.numerator;
    denominator += level.denominator;
  }
  return ratio(numerator, denominator);
}

/** Abandoned over the visits that ended; who still waits has not abandoned yet and is in neither sum. */
export function abandonment(queues: readonly QueueRow[]): Ratio {
  let numerator = 0;
  let denominator = 0;
  for (const { abandonment: figure } of queues) {
    numerator += figure.numerator;
    denominator += figure.denominator;
  }
  return ratio(numerator, denominator);
}

/** Sum of one count; `null` over no queue at all, because nothing counted is not 0 counted. */
export function sum(queues: readonly QueueRow[], count: (queue: QueueRow) => number): number | null {
  return queues.length === 0 ? null : queues.reduce((total, queue) => total + count(queue), 0);
}

/** Mean in ms weighted by `weight`; queues without the figure or with weight 0 stay out. */
export function weightedMean(
  queues: readonly QueueRow[],
  mean: (queue: QueueRow) => number | null,
  weight: (queue: QueueRow) => number,
): number | null {
  let total = 0;
  let weights = 0;
  for (const queue of queues) {
    const value = mean(queue);
    const volume = weight(queue);
    if (value === null || volume <= 0) continue;
    total += value * volume;
    weights += volume;
  }
  return weights > 0 ? total / weights : null;
}

/** Mean wait of the answered (TME), ms. */
export const meanWait = (queues: readonly QueueRow[]): number | null =>
  weightedMean(
    queues,
    (queue) => queue.asa_ms,
    (queue) => queue.answered,
  );

/** The queue whose caller waits longest, or `null` when nobody waits. */
export function longestWait(queues: readonly QueueRow[]): { queue: QueueRow; since: number } | null {
  let found: { queue: QueueRow; since: number } | null = null;
  for (const queue of queues) {
    if (queue.oldest_ms !== null && (found === null || queue.oldest_ms < found.since)) {
      found = { queue, since: queue.oldest_ms };
    }
  }
  return found;
}

/** The target of several queues. */
export function goalOf(queues: readonly QueueRow[]): BoardGoal {
  // What works on tickets has no level, and so no part in the target of the others.
  const judged = queues.filter((queue) => !queue.hidden.includes('sl'));
  const first = judged[0];
  if (first === undefined) return { kind: 'none' };
  const formula = first.service_level.definition;
  if (judged.every((queue) => queue.goal_percent === first.goal_percent && queue.goal_seconds === first.goal_seconds && queue.service_level.definition === formula)) {
    return { kind: 'same', percent: first.goal_percent, seconds: first.goal_seconds };
  }
  const percents = judged.map((queue) => queue.goal_percent);
  const percent = weightedMean(
    judged,
    (queue) => queue.goal_percent,
    (queue) => queue.service_level.denominator,
  );
  return { kind: 'mixed', percent, lowest: Math.min(...percents), highest: Math.max(...percents) };
}

/** How many of the queues that had calls keep their own target: `[in target, with calls]`. */
export function queuesOnTarget(queues: readonly QueueRow[]): [number, number] {
  const judged = queues.map((queue) => ({ ...queue.service_level, goal: queue.goal_percent })).filter((level) => level.denominator > 0);
  // Whole numbers: 0.57 × 100 is a little under 57.
  return [judged.filter((level) => level.numerator * 100 >= level.goal * level.denominator).length, judged.length];
}

/** People who serve any of `queues`; `all` takes everyone, those of campaigns only as well. */
export function teamOf(agents: readonly AgentRow[], queues: readonly QueueRow[], all: boolean): Team {
  const ids = new Set(queues.map((queue) => queue.id));
  const team: Team = { free: 0, ringing: 0, talking: 0, wrapup: 0, paused: 0, logged: 0, unknown: 0 };
  for (const agent of agents) {
    if (!all && !agent.queues.some((id) => ids.has(id))) continue;
    switch (agent.state) {
      case 'ready':
        team.free += 1;
        break;
      case 'ringing':
        team.ringing += 1;
        break;
      case 'talking':
      case 'hold':
        team.talking += 1;
        break;
      case 'wrapup':
        team.wrapup += 1;
        break;
      case 'paused':
        team.paused += 1;
        break;
      case 'unknown':
        team.unknown += 1;
        break;
      case 'offline':
        break;
    }
  }
  team.logged = team.free + team.ringing + team.talking + team.wrapup + team.paused;
  return team;
}

/** From when the totals of a board count. */
export interface Since {
  /** Earliest start among its sources; `null` when none counts yet. */
  from: number | null;
  /** True when every source counts from its day's first instant: "hoje" is then the truth. */
  wholeDay: boolean;
  /** True when the sources began a minute or more apart: part of the figure covers less. */
  uneven: boolean;
}

/** From when the totals of these sources count. */
export function sinceOf(sources: readonly SourceRow[]): Since {
  const starts = sources.map((source) => source.counting_since_ms).filter((start) => start !== null);
  if (starts.length === 0) return { from: null, wholeDay: false, uneven: false };
  const from = Math.min(...starts);
  return {
    from,
    wholeDay: sources.every((source) => source.day_from_ms !== null && source.counting_since_ms === source.day_from_ms),
    uneven: starts.length < sources.length || Math.max(...starts) - from >= 60_000,
  };
}

/**
 * Share of the time that the totals count in which the sources were heard, 0 to 1; `null` before anything counts.
 * `seen` is the newest arrival, the instant `covered_ms` was counted to.
 */
export function coverageOf(sources: readonly SourceRow[], seen: number): number | null {
  let covered = 0;
  let window = 0;
  for (const source of sources) {
    const start = source.counting_since_ms;
    if (start === null || seen <= start) continue;
    window += seen - start;
    covered += Math.min(source.covered_ms, seen - start);
  }
  return window > 0 ? covered / window : null;
}
