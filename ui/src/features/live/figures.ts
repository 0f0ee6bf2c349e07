import type { AgentRow } from '~/bindings/AgentRow';
import type { CampaignRow } from '~/bindings/CampaignRow';
import type { QueueRow } from '~/bindings/QueueRow';
import type { SourceRow } from '~/bindings/SourceRow';
import {
  abandonment,
  longestWait,
  meanWait,
  queuesOnTarget,
  ratio,
  sinceOf,
  sum,
  teamOf,
  type Ratio,
  type Since,
  type Team,
} from '~/shared/aggregate';
import { sumResults, type Results } from '~/shared/results';

/** What campaigns brought, and how they went about it. */
export interface Brought extends Results {
  /** Attempts begun. */
  readonly attempts: number;
  /** Live answers over attempts ended. */
  readonly hit: Ratio;
}

/** The operation in seven figures. A queue that is not heard is in none of them: `heard` of `total` says so. */
export interface Strip {
  /** Queues whose source is heard. */
  readonly heard: number;
  /** Queues in scope. */
  readonly total: number;
  /** Callers waiting; `null` when no queue is heard. */
  readonly waiting: number | null;
  /** Queues with somebody waiting. */
  readonly waitingQueues: number;
  /** Who waits longest, and where; `null` when nobody waits. */
  readonly longest: { readonly queue: QueueRow; readonly since: number } | null;
  /** Queues in target, of those that have contacts to judge. */
  readonly onTarget: readonly [number, number];
  readonly abandonment: Ratio;
  /** Answered; `null` when no queue is heard. */
  readonly answered: number | null;
  /** Mean wait of the answered, ms. */
  readonly meanWait: number | null;
  readonly team: Team;
  /** `null` when there is no campaign. */
  readonly results: Brought | null;
  /** From when the totals count. */
  readonly since: Since;
}

/** What the strip is made of. */
export interface StripInput {
  readonly queues: readonly QueueRow[];
  readonly agents: readonly AgentRow[];
  readonly campaigns: readonly CampaignRow[];
  readonly sources: ReadonlyMap<string, SourceRow>;
  /** True when `queues` is a part of the operation: then only the people of those queues count. */
  readonly scoped: boolean;
}

const heardIn =
  (sources: ReadonlyMap<string, SourceRow>) =>
  (row: { readonly source: number }): boolean =>
    sources.get(String(row.source))?.link === 'up';

/** Results of campaigns; `null` over none. */
export function broughtBy(campaigns: readonly CampaignRow[]): Brought | null {
  const results = sumResults(campaigns);
  if (results === null) return null;
  const add = (value: (campaign: CampaignRow) => number): number => campaigns.reduce((total, campaign) => total + value(campaign), 0);
  return {
    ...results,
    attempts: add((campaign) => campaign.attempts),
    hit: ratio(
      add((campaign) => campaign.hit.numerator),
      add((campaign) => campaign.hit.denominator),
    ),
  };
}

/** The strip over a scope. */
export function stripOf({ queues, agents, campaigns, sources, scoped }: StripInput): Strip {
  const heard = heardIn(sources);
  const live = queues.filter(heard);
  const used = new Set(live.map((queue) => String(queue.source)));
  return {
    heard: live.length,
    total: queues.length,
    waiting: sum(live, (queue) => queue.waiting),
    waitingQueues: live.filter((queue) => queue.waiting > 0).length,
    longest: longestWait(live),
    onTarget: queuesOnTarget(live),
    abandonment: abandonment(live),
    answered: sum(live, (queue) => queue.answered),
    meanWait: meanWait(live),
    team: teamOf(agents.filter(heard), live, !scoped),
    results: scoped ? null : broughtBy(campaigns.filter(heard)),
    since: sinceOf([...sources].filter(([id]) => used.has(id)).map(([, source]) => source)),
  };
}

/**
 * Contacts that must be answered in time, one after the other, before a service level reaches its target again: the least
 * k with (numerator + k) / (denominator + k) ≥ percent. 0 when it is there; `null` when no number is enough.
 */
export function toReachGoal(numerator: number, denominator: number, percent: number): number | null {
  const missing = percent * denominator - 100 * numerator;
  if (missing <= 0) return 0;
  if (percent >= 100) return null;
  return Math.ceil(missing / (100 - percent));
}
