/** What a board says in words about itself: since when, for whom, how fresh. */
import type { QueueRow } from '~/bindings/QueueRow';
import type { SourceRow } from '~/bindings/SourceRow';
import { clockSeconds, clockTime, duration, number, percent } from '~/shared/format.svelte';
import { t } from '~/shared/i18n.svelte';
import { MIN_OFFERED } from '~/shared/severity';
import type { BoardHealth } from './health';
import type { View } from './view';

/** Data younger than this are "de agora": a quiet PBX still answers once a minute. Ms. */
const FRESH_MS = 90_000;
/** Below this share the totals are told to be incomplete. */
const COMPLETE = 0.995;

/** Name of a page of figures. */
export function titleOf(queues: readonly QueueRow[], whole: boolean): string {
  const first = queues[0];
  if (whole && queues.length !== 1) return t('wallboard.all_queues');
  if (first === undefined) return t('wallboard.title');
  return queues.length === 1 ? first.label : t('wallboard.queues_more', { label: first.label, n: queues.length - 1 });
}

/** From when the totals count: "hoje", "desde 14h31", and how complete they are. */
export function sinceWords({ since, coverage }: View): string {
  if (since.from === null) return '';
  const words = since.wholeDay
    ? t('wallboard.today')
    : t(since.uneven ? 'wallboard.since_uneven' : 'wallboard.since', { time: clockTime(since.from) });
  if (coverage === null || coverage >= COMPLETE) return words;
  return `${words} · ${t('wallboard.coverage', { percent: percent(coverage) })}`;
}

/** Names of sources in a few words. */
function names(sources: readonly SourceRow[]): string {
  const first = sources[0]?.label ?? '';
  return sources.length > 1 ? t('wallboard.sources_more', { label: first, n: sources.length - 1 }) : first;
}

/** How fresh the board is, or why it is not. */
export function freshWords(health: BoardHealth, now: number, seen: number): string {
  const age = (since: number): string => duration(now - since);
  switch (health.kind) {
    case 'opening':
      return t('wallboard.opening');
    case 'hub':
      return health.since === null ? t('wallboard.opening') : t('wallboard.lost_hub', { age: age(health.since) });
    case 'down':
      if (health.down.length === 0) return t('wallboard.opening');
      return health.since === null
        ? t('wallboard.never_source', { source: names(health.down) })
        : t('wallboard.lost_source', { source: names(health.down), age: age(health.since) });
    case 'partial':
      return health.since === null
        ? t('wallboard.left_out_never', { source: names(health.down) })
        : t('wallboard.left_out', { source: names(health.down), age: age(health.since) });
    case 'live':
      return seen > 0 && now - seen > FRESH_MS ? t('wallboard.age', { age: age(seen) }) : t('wallboard.fresh');
  }
}

/** At the foot: how fresh the data are, or when the last reading was. */
export function footWords(health: BoardHealth, now: number, seen: number): string {
  if (health.kind === 'down' || health.kind === 'hub') {
    return health.since === null ? t('wallboard.no_reading') : t('wallboard.last_reading', { value: clockSeconds(health.since) });
  }
  return freshWords(health.kind === 'partial' ? { kind: 'live' } : health, now, seen);
}

/** What stands under a service level: its target, or how many queues keep theirs. `brief`: from far away, one short line. */
export function levelWords(view: View, brief: boolean): string[] {
  const { goal, level } = view;
  if (goal.kind === 'none') return [];
  const few = level.denominator === 0 ? [t('wallboard.no_calls')] : level.denominator < MIN_OFFERED ? [t('wallboard.few', { n: level.denominator })] : [];
  if (brief && few.length > 0) return few;
  if (brief && goal.kind === 'same') return [t('wallboard.goal_brief', { percent: goal.percent, seconds: goal.seconds })];
  if (goal.kind === 'same') return [...few, t('wallboard.goal', { percent: goal.percent, seconds: goal.seconds })];
  return [...few, t('wallboard.goal_mixed', { lowest: goal.lowest, highest: goal.highest })];
}

/** A part of a whole: "31 de 443". */
export const ofWords = (part: number, whole: number): string => t('wallboard.of', { part: number(part), whole: number(whole) });
