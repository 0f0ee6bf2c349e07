/** The figures of one page, ready to be written. Pure: the time is an argument. */
import type { AgentRow } from '~/bindings/AgentRow';
import type { QueueRow } from '~/bindings/QueueRow';
import type { SourceRow } from '~/bindings/SourceRow';
import { isOpen } from '~/shared/hours';
import { MIN_OFFERED, criticalWaitMs, verdict, type Severity } from '~/shared/severity';
import {
  abandonment,
  coverageOf,
  goalOf,
  longestWait,
  meanWait,
  queuesOnTarget,
  serviceLevel,
  sinceOf,
  sum,
  teamOf,
  type BoardGoal,
  type Ratio,
  type Since,
  type Team,
} from '~/shared/aggregate';
import { healthOf, heardQueues, type BoardHealth, type HubLine } from './health';

/** What a page is worked out from. */
export interface Floor {
  sources: readonly SourceRow[];
  agents: readonly AgentRow[];
  hub: HubLine;
  /** The hub's time, Unix ms. */
  now: number;
  /** Minute of the operation's day. */
  minute: number;
  /** Newest arrival from any source, Unix ms. */
  seen: number;
}

/** The figures of a page. */
export interface View {
  health: BoardHealth;
  /** False: every figure is a last reading, and none may look live. */
  live: boolean;
  waiting: number | null;
  /** Queues with somebody waiting. */
  waitingQueues: number;
  longest: { queue: QueueRow; since: number; limitMs: number } | null;
  waitSeverity: Severity;
  level: Ratio;
  levelSeverity: Severity;
  goal: BoardGoal;
  /** Queues on target and queues with calls. */
  onTarget: [number, number];
  answered: number | null;
  abandoned: Ratio;
  meanWaitMs: number | null;
  team: Team;
  since: Since;
  /** Share of the day the sources were heard, 0 to 1. */
  coverage: number | null;
}

/** The sources of `queues`; over no queue at all, every source. */
export function sourcesOf(queues: readonly QueueRow[], sources: readonly SourceRow[]): SourceRow[] {
  const ids = new Set(queues.map((queue) => queue.source));
  return sources.filter((source) => ids.size === 0 || ids.has(source.id));
}

/** The figures of `queues`; `whole` counts everybody on the floor, those of campaigns only as well. */
export function viewOf(queues: readonly QueueRow[], whole: boolean, floor: Floor): View {
  const sources = whole ? [...floor.sources] : sourcesOf(queues, floor.sources);
  const health = healthOf(floor.hub, sources);
  const live = health.kind === 'live' || health.kind === 'partial';
  // What is "now" comes only from sources that are heard; what happened so far stays counted, whoever is silent since.
  const now = live ? heardQueues(queues, sources) : queues;
  const up = new Set(sources.filter((source) => source.link === 'up').map((source) => source.id));
  const agents = live ? floor.agents.filter((agent) => up.has(agent.source)) : floor.agents;
  const longest = longestWait(now);
  const level = serviceLevel(queues);
  const goal = goalOf(queues);
  const percent = goal.kind === 'none' ? null : goal.percent;
  const under = level.value !== null && percent !== null && level.denominator >= MIN_OFFERED && level.numerator * 100 < percent * level.denominator;
  const open = now.some((queue) => isOpen(queue.hours, floor.minute));
  const critical = live && now.some((queue) => {
    const found = verdict(queue, undefined, floor.now, floor.minute);
    return found.severity === 'critical' && found.reason === 'wait';
  });
  return {
    health,
    live,
    waiting: sum(now, (queue) => queue.waiting),
    waitingQueues: now.filter((queue) => queue.waiting > 0).length,
    longest: longest === null ? null : { ...longest, limitMs: criticalWaitMs(longest.queue) },
    waitSeverity: critical ? 'critical' : 'normal',
    level,
    levelSeverity: live && under && open ? 'attention' : 'normal',
    goal,
    onTarget: queuesOnTarget(queues),
    answered: sum(queues, (queue) => queue.answered),
    abandoned: abandonment(queues),
    meanWaitMs: meanWait(queues),
    team: teamOf(agents, queues, whole),
    since: sinceOf(sources),
    coverage: coverageOf(sources, floor.seen),
  };
}
