import type { Card } from '~/bindings/Card';
import type { CardFigure } from '~/bindings/CardFigure';
import type { CardTerm } from '~/bindings/CardTerm';
import type { TimelineStep } from '~/bindings/TimelineStep';
import { reference } from '~/locales';
import { NONE } from '~/shared/format';
import { clockTime, duration, number, percent, zone } from '~/shared/format.svelte';
import { t } from '~/shared/i18n.svelte';
import { preferences } from '~/shared/preferences.svelte';

type CardKey = Extract<keyof (typeof reference)['card'], string>;
const isKey = (key: string): key is CardKey => Object.hasOwn(reference.card, key);

/** A value in its unit; a dash where there is none. */
export function valueWords({ value, unit }: Pick<CardFigure, 'value' | 'unit'>): string {
  if (value === null) return NONE;
  if (unit === 'share') return percent(value);
  if (unit === 'ms') return duration(value);
  return number(unit === 'count' ? value : Math.round(value * 100) / 100);
}

/** A count, or a time where it is one; a dash where it is not told. */
export const sizeWords = (size: number | null, isTime: boolean): string => (size === null ? NONE : isTime ? duration(size) : number(size));

/** What a part of a formula is called. A measure that this interface does not know keeps its own name. */
export function measureWords(term: CardTerm, card: Pick<Card, 'seconds' | 'short_seconds'>): string {
  const key = `m.${term.measure}`;
  if (!isKey(key)) return term.measure;
  const limit = (seconds: number | null): string => (seconds === null ? '…' : String(seconds));
  const limits = { limit: limit(card.seconds), short: limit(card.short_seconds) };
  return t(`card.${key}` as 'card.m.answered_in_time', limits);
}

/** An outcome's or a result's word; a code that somebody made up stays as it is. */
export function outcomeWords(word: string): string {
  const key = `outcome.${word}`;
  return isKey(key) ? t(`card.${key}` as 'card.outcome.answered') : word;
}

/** Why there is no value. */
export function absentWords(absent: NonNullable<CardFigure['absent']>): string {
  return t(`card.absent.${absent}`);
}

/** What to know before believing a figure. */
export function flagWords(figure: CardFigure): string[] {
  return [figure.few ? t('card.few') : '', figure.provisional ? t('card.provisional') : '', figure.incomplete ? t('card.incomplete') : ''].filter(Boolean);
}

/** A day and a time, Unix ms. */
export function whenWords(ms: number): string {
  const day = new Intl.DateTimeFormat(preferences.language, { day: '2-digit', month: '2-digit', timeZone: zone.name }).format(ms);
  return `${day} ${clockTime(ms)}`;
}

/** The stretch of a card. */
export function windowWords(card: Card): string {
  return card.is_now ? t('card.window_now', { from: whenWords(card.from_ms) }) : t('card.window', { from: whenWords(card.from_ms), to: whenWords(card.to_ms) });
}

/** How complete the data are. */
export function heardWords(card: Card): string {
  if (card.heard === null) return t('card.unheard');
  return card.heard > 0.995 && card.gaps.length === 0 ? t('card.complete') : t('card.partial', { percent: Math.floor(card.heard * 100) });
}

/** What a step says. */
export function stepWords(step: TimelineStep): string {
  return t(`card.step.${step.what}` as 'card.step.left', {
    place: step.place ?? '',
    agent: step.agent ?? t('card.nobody_known'),
    outcome: step.outcome === null ? NONE : outcomeWords(step.outcome),
    position: step.position ?? NONE,
  } as Record<'place' | 'outcome', string>);
}

/** What else is known of a step. */
export function stepNotes(step: TimelineStep): string[] {
  const time = step.ms === null ? null : duration(step.ms);
  const notes: string[] = [];
  if (step.what === 'entered' && step.position !== null) notes.push(t('card.position', { position: step.position }));
  if (time !== null && (step.what === 'answered' || step.what === 'left')) notes.push(t('card.waited', { time }));
  if (time !== null && step.what === 'ring_no_answer') notes.push(t('card.rang_for', { time }));
  if (time !== null && (step.what === 'completed' || step.what === 'passed_on' || step.what === 'dial_ended')) notes.push(t('card.talked', { time }));
  if (step.witness !== null) notes.push(t(`card.witness.${step.witness}`));
  notes.push(t(`card.origin.${step.origin}`));
  return notes;
}

/** A card as lines of text, to be pasted elsewhere. */
export function asText(card: Card, where: string): string {
  const side = (title: string, terms: readonly CardTerm[], sum: number | null): string[] =>
    terms.length === 0
      ? []
      : [
          `${title}: ${sizeWords(sum, terms[0]?.is_time ?? false)}`,
          ...terms.map((term) => `  ${term.minus ? '−' : '+'} ${measureWords(term, card)}: ${sizeWords(term.size, term.is_time)}`),
        ];
  const { figure } = card;
  return [
    `${figure.name} · ${where}: ${valueWords(figure)}`,
    windowWords(card),
    ...(figure.absent === null ? [] : [absentWords(figure.absent)]),
    card.help,
    ...side(card.bottom.length === 0 ? t('card.total') : t('card.numerator'), card.top, figure.numerator),
    ...side(t('card.denominator'), card.bottom, figure.denominator),
    ...(card.variants.length === 0 ? [] : [`${t('card.variants')}:`, ...card.variants.map((variant) => `  ${variant.name}: ${valueWords(variant)}`)]),
    ...(card.queues.length === 0 ? [] : [`${t('card.queues')}:`, ...card.queues.map((queue) => `  ${queue.label}: ${valueWords(queue.figure)}`)]),
    [heardWords(card), ...flagWords(figure)].join(' · '),
    t('card.valid_from', { id: figure.id, version: figure.version, day: card.valid_from }),
  ].join('\n');
}
