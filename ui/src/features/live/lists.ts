import type { AgentRow } from '~/bindings/AgentRow';
import type { CallerRow } from '~/bindings/CallerRow';
import type { QueueRow } from '~/bindings/QueueRow';
import type { SourceRow } from '~/bindings/SourceRow';
import type { State } from '~/bindings/State';
import { verdict, type Severity } from '~/shared/severity';

/** Which part of the operation is looked at, as the filter's value: `all`, `op:sac`, `src:1`, `q:1/sac`. */
export type Scope = string;
export const EVERYTHING: Scope = 'all';

/** True if the scope takes this queue. */
export function inScope(scope: Scope, queue: Pick<QueueRow, 'id' | 'source' | 'operation'>): boolean {
  const [kind, value] = [scope.slice(0, scope.indexOf(':')), scope.slice(scope.indexOf(':') + 1)];
  switch (kind) {
    case 'op':
      return (queue.operation ?? 'none') === value;
    case 'src':
      return String(queue.source) === value;
    case 'q':
      return queue.id === value;
    default:
      return true;
  }
}

/** Columns that order the queues. */
export type QueueColumn =
  | 'severity'
  | 'name'
  | 'waiting'
  | 'longest'
  | 'level'
  | 'answered'
  | 'abandoned'
  | 'asa'
  | 'talk'
  | 'free';
/** Columns that order the callers. */
export type CallerColumn = 'number' | 'queue' | 'position' | 'wait';
/** An order. */
export interface Sort<C extends string> {
  readonly column: C;
  readonly descending: boolean;
}

const RANK: Record<Severity, number> = { critical: 0, no_data: 1, attention: 2, normal: 3 };
const collator = new Intl.Collator('pt-BR', { numeric: true, sensitivity: 'base' });
/** Names in the order people expect: accents and case aside, numbers by value. */
export const byName = (a: string, b: string): number => collator.compare(a, b);

/** An absent figure goes last whichever way the column is ordered. */
function compare(a: number | null, b: number | null, descending: boolean): number {
  if (a === null || b === null) return (a === null ? 1 : 0) - (b === null ? 1 : 0);
  return descending ? b - a : a - b;
}

/** True if nobody waits in the queue and nobody is there to answer: at night, most queues. */
const idle = (queue: QueueRow): boolean =>
  queue.waiting + queue.free + queue.ringing + queue.talking + queue.wrapup + queue.paused === 0;

/** The queues in order. By severity: what asks for somebody first, then queues at work, then idle ones; each by name. */
export function sortQueues(
  queues: readonly QueueRow[],
  sources: ReadonlyMap<string, SourceRow>,
  now: number,
  minute: number,
  sort: Sort<QueueColumn>,
): QueueRow[] {
  const { column, descending } = sort;
  const value = (queue: QueueRow): number | null => {
    switch (column) {
      case 'waiting':
        return queue.waiting;
      case 'longest':
        return queue.oldest_ms === null ? null : now - queue.oldest_ms;
      case 'level':
        return queue.service_level.value;
      case 'answered':
        return queue.answered;
      case 'abandoned':
        return queue.abandoned;
      case 'asa':
        return queue.asa_ms;
      case 'talk':
        return queue.talk_ms;
      case 'free':
        return queue.free;
      default:
        return null;
    }
  };
  const named = (a: QueueRow, b: QueueRow): number => byName(a.label, b.label) || byName(a.id, b.id);
  if (column === 'name') return [...queues].sort((a, b) => (descending ? named(b, a) : named(a, b)));
  if (column === 'severity') {
    const ranked = new Map(
      queues.map((queue) => {
        const { severity } = verdict(queue, sources.get(String(queue.source)), now, minute);
        return [queue.id, severity === 'normal' && idle(queue) ? RANK.normal + 1 : RANK[severity]];
      }),
    );
    const rank = (queue: QueueRow): number => ranked.get(queue.id) ?? 9;
    return [...queues].sort((a, b) => rank(a) - rank(b) || named(a, b));
  }
  return [...queues].sort((a, b) => compare(value(a), value(b), descending) || named(a, b));
}

/**
 * While the pointer rests on a table its rows keep their places, so that nobody clicks the row that took another's place.
 * What is new goes last; what left is gone.
 */
export function hold<T extends { readonly id: string }>(rows: readonly T[], held: readonly string[] | null): T[] {
  if (held === null) return [...rows];
  const place = new Map(held.map((id, i) => [id, i]));
  return [...rows].sort((a, b) => (place.get(a.id) ?? held.length) - (place.get(b.id) ?? held.length));
}

/** The callers in order. */
export function sortCallers(
  callers: readonly CallerRow[],
  label: (queue: string) => string,
  { column, descending }: Sort<CallerColumn>,
): CallerRow[] {
  const way = descending ? -1 : 1;
  const oldest = (a: CallerRow, b: CallerRow): number => a.entered_ms - b.entered_ms || byName(a.id, b.id);
  return [...callers].sort((a, b) => {
    switch (column) {
      case 'number':
        return way * byName(a.number ?? '~', b.number ?? '~') || oldest(a, b);
      case 'queue':
        return way * byName(label(a.queue), label(b.queue)) || oldest(a, b);
      case 'position':
        return compare(a.position, b.position, descending) || oldest(a, b);
      case 'wait':
        // A long wait began early.
        return -way * oldest(a, b);
    }
  });
}

/** The groups in which people are listed: who is away from the queues first. */
export type Group = 'outside' | 'wrapup' | 'paused' | 'ringing' | 'talking' | 'ready' | 'unknown' | 'offline';
/** Groups in the order shown. */
export const GROUPS: readonly Group[] = ['outside', 'wrapup', 'paused', 'ringing', 'talking', 'ready', 'unknown', 'offline'];

/**
 * The group of a person. A call that came from no queue and no campaign is "em ligação fora da fila"; of somebody whose
 * source is not heard nothing is known, whatever was read last.
 */
export function groupOf(agent: Pick<AgentRow, 'state' | 'place'>, heard = true): Group {
  if (!heard) return 'unknown';
  if ((agent.state === 'talking' || agent.state === 'hold') && agent.place?.kind === 'other') return 'outside';
  const state: Record<State, Group> = {
    ready: 'ready',
    ringing: 'ringing',
    talking: 'talking',
    hold: 'talking',
    wrapup: 'wrapup',
    paused: 'paused',
    offline: 'offline',
    unknown: 'unknown',
  };
  return state[agent.state];
}

/** How people are ordered. Never by results: only by what they do, for how long, or the name. */
export type AgentOrder = 'exception' | 'time' | 'name';

/** Tells whether the source of a row is heard. */
export type Heard = (row: { readonly source: number }) => boolean;
const always: Heard = () => true;

/** People in order; ties by name so that equal rows keep their places. */
export function sortAgents(agents: readonly AgentRow[], order: AgentOrder, heard: Heard = always): AgentRow[] {
  const rank = new Map(GROUPS.map((group, i) => [group, i]));
  const place = (agent: AgentRow): number => rank.get(groupOf(agent, heard(agent))) ?? 9;
  const named = (a: AgentRow, b: AgentRow): number => byName(a.name, b.name) || byName(a.id, b.id);
  const longest = (a: AgentRow, b: AgentRow): number => a.since_ms - b.since_ms;
  return [...agents].sort((a, b) => {
    if (order === 'name') return named(a, b);
    if (order === 'time') return longest(a, b) || named(a, b);
    return place(a) - place(b) || longest(a, b) || named(a, b);
  });
}

/** How many people are in each group. */
export function countGroups(agents: readonly AgentRow[], heard: Heard = always): Record<Group, number> {
  const counts = { outside: 0, wrapup: 0, paused: 0, ringing: 0, talking: 0, ready: 0, unknown: 0, offline: 0 };
  for (const agent of agents) counts[groupOf(agent, heard(agent))] += 1;
  return counts;
}
