import type { QueueRow } from '~/bindings/QueueRow';
import type { SourceRow } from '~/bindings/SourceRow';
import { coverageOf } from '~/shared/aggregate';
import type { ExplainLine, Explanation } from '~/shared/explain.svelte';
import { clockTime, duration, number, percent } from '~/shared/format.svelte';
import { t } from '~/shared/i18n.svelte';

/**
 * How complete the data of some sources are: "dados completos", "dados de 71% do período", "3 contatos sem desfecho conhecido";
 * empty when not known. `queues`: those whose contacts are meant.
 */
export function coverageWords(sources: readonly SourceRow[], queues: Iterable<QueueRow>, seen: number): string {
  const share = coverageOf(sources, seen);
  if (share === null) return '';
  let unknown = 0;
  for (const queue of queues) unknown += queue.unknown;
  const whole = share > 0.995;
  const parts = [whole ? '' : t('live.partial', { percent: Math.floor(share * 100) }), unknown > 0 ? t('live.no_outcome', { n: unknown }) : ''].filter(Boolean);
  return parts.length === 0 ? t('live.complete') : parts.join(' · ');
}

/** The definition by which a queue's service level is made: people may have chosen another than the usual one. */
export const levelOf = (queue: QueueRow): string => queue.service_level.definition.split('@')[0] || 'sl.f4';

/** The queues of a source. */
export function queuesOf(queues: Iterable<QueueRow>, source: SourceRow): QueueRow[] {
  return [...queues].filter((queue) => queue.source === source.id);
}

/** Since when, how complete and how old the figures of a source are. `now`: Unix ms of the hub. */
export function aboutData(source: SourceRow | undefined, queues: Iterable<QueueRow>, now: number): ExplainLine[] {
  if (source === undefined) return [];
  const lines: ExplainLine[] = [];
  if (source.counting_since_ms !== null) {
    const time = clockTime(source.counting_since_ms);
    const whole = source.counting_since_ms === source.day_from_ms;
    lines.push({ label: t('live.explain_since'), value: whole ? t('live.today_since', { time }) : t('live.since_incomplete', { time }) });
  }
  const value = coverageWords([source], queues, now);
  if (value !== '') lines.push({ label: t('live.explain_coverage'), value });
  if (source.link === 'down' && source.link_since_ms !== null) {
    lines.push({ label: t('live.explain_age'), value: duration(now - source.link_since_ms) });
  }
  return lines;
}

/** The PBX's own words for its counters: never "today", only beside ours. */
function aboutPbx(queue: QueueRow): ExplainLine[] {
  if (queue.pbx === null) return [];
  const [completed, abandoned] = queue.pbx;
  const value = t('live.explain_pbx_value', { completed: number(completed), abandoned: number(abandoned) });
  return [{ label: t('live.explain_pbx'), value }];
}

/** What the service level of a queue is. */
export function aboutLevel(queue: QueueRow, source: SourceRow | undefined, now: number): Explanation {
  const { numerator, denominator, definition, value } = queue.service_level;
  return {
    title: `${t('live.level')} · ${queue.label} · ${percent(value)}`,
    definition: t('live.define_level', { seconds: queue.goal_seconds }),
    version: definition,
    card: { definition: levelOf(queue), queues: [queue.id] },
    lines: [
      { label: t('live.explain_numerator'), value: t('live.answered_in_time', { n: numerator }) },
      { label: t('live.explain_denominator'), value: t('live.contacts_judged', { n: denominator }) },
      { label: t('live.explain_target'), value: t('common.target', { percent: queue.goal_percent, seconds: queue.goal_seconds }) },
      ...aboutData(source, [queue], now),
    ],
  };
}

/** What the abandonment of a queue is, with the ways out that nobody saw. */
export function aboutAbandoned(queue: QueueRow, source: SourceRow | undefined, now: number): Explanation {
  const { numerator, denominator, definition, value } = queue.abandonment;
  return {
    title: `${t('live.abandonment')} · ${queue.label} · ${percent(value)}`,
    definition: t('live.define_abandoned'),
    version: definition,
    card: { definition: 'abandonment', queues: [queue.id] },
    lines: [
      { label: t('live.explain_numerator'), value: t('live.abandoned_n', { n: numerator }) },
      { label: t('live.explain_denominator'), value: t('live.ended_n', { n: denominator }) },
      { label: t('live.explain_unknown'), value: number(queue.unknown) },
      { label: t('live.explain_other'), value: number(queue.other_lost) },
      ...aboutPbx(queue),
      ...aboutData(source, [queue], now),
    ],
  };
}

/** A figure of a queue that one line explains, with its card. */
export function aboutFigure(definition: string, title: string, words: string, queue: QueueRow, source: SourceRow | undefined, now: number): Explanation {
  return { title: `${title} · ${queue.label}`, definition: words, card: { definition, queues: [queue.id] }, lines: aboutData(source, [queue], now) };
}

/** What the answered of a queue are, with the mean times. */
export function aboutAnswered(queue: QueueRow, source: SourceRow | undefined, now: number): Explanation {
  const time = (ms: number | null): string => (ms === null ? '—' : duration(ms));
  return {
    title: `${t('live.answered')} · ${queue.label} · ${number(queue.answered)}`,
    definition: `${t('live.define_asa')} ${t('live.define_talk')}`,
    card: { definition: 'answered', queues: [queue.id] },
    lines: [
      { label: t('live.mean_wait'), value: time(queue.asa_ms) },
      { label: t('live.mean_talk'), value: time(queue.talk_ms) },
      ...aboutPbx(queue),
      ...aboutData(source, [queue], now),
    ],
  };
}
