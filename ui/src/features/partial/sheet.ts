import type { CalledRow } from '~/bindings/CalledRow';
import type { Partial } from '~/bindings/Partial';
import type { PartialCalled } from '~/bindings/PartialCalled';
import type { PartialReceived } from '~/bindings/PartialReceived';
import type { ReceivedRow } from '~/bindings/ReceivedRow';
import { NONE } from '~/shared/format';
import { clockTime, duration, number, percent, percentDigits, zone } from '~/shared/format.svelte';
import { t } from '~/shared/i18n.svelte';
import { isOperation } from '~/shared/operation';
import { preferences } from '~/shared/preferences.svelte';
import { resultKind } from '~/shared/results';

/** A partial as every way of showing it reads it: a table, a text or a picture. */
export interface Sheet {
  /** Which, for the choice and the address. */
  readonly id: string;
  readonly title: string;
  /** Day and time, target. */
  readonly about: readonly string[];
  readonly columns: readonly Column[];
  /** Words of each row, in the order of the columns; the first is the hour. */
  readonly rows: readonly (readonly string[])[];
  readonly total: readonly string[];
  /** What to know of it, below. */
  readonly notes: readonly string[];
}

/** What stands over a column, in full and where room is short. */
export interface Column {
  readonly words: string;
  readonly short: string;
}

const time = (ms: number | null): string => (ms === null ? NONE : duration(ms));
/** The share without its sign where a column's head has it. */
const share = (value: number | null): string => percentDigits(value);

/** `14h`, with a mark if it goes on or was not wholly heard. */
function hourWords(ms: number, marks: string): string {
  const words = clockTime(ms);
  return `${words.endsWith('00') ? words.slice(0, preferences.language === 'pt-BR' ? -2 : undefined) : words}${marks}`;
}

function receivedSheet(partial: Partial, one: PartialReceived): Sheet {
  const shows = (column: string): boolean => !one.hidden.includes(column);
  const few = (row: ReceivedRow): string => (row.few ? '°' : '');
  const marks = (row: ReceivedRow): string => `${row.from_ms + 3_600_000 > partial.until_ms ? '+' : ''}${row.incomplete ? '*' : ''}${few(row)}`;
  const cells = (first: string, row: ReceivedRow): string[] => [
    first,
    number(row.offered),
    number(row.answered),
    ...(shows('abandonment_rate') ? [share(row.abandonment)] : []),
    ...(one.has_level ? [share(row.level)] : []),
    ...(shows('asa') ? [time(row.asa_ms)] : []),
    ...(shows('aht.no_wrapup') ? [time(row.aht_ms)] : []),
  ];
  const title = isOperation(one.operation) ? t(`common.operation.${one.operation}`) : t('partial.no_operation');
  const target = one.has_level && one.percent !== null && one.seconds !== null ? [t('partial.target', { percent: one.percent, seconds: one.seconds })] : [];
  return {
    id: `r:${one.operation ?? ''}`,
    title,
    about: [until(partial), ...target],
    columns: [
      { words: t('partial.hour'), short: t('partial.hour') },
      { words: t('partial.offered'), short: t('partial.offered_s') },
      { words: t('partial.answered'), short: t('partial.answered_s') },
      ...(shows('abandonment_rate') ? [{ words: `${t('partial.abandonment')} %`, short: t('partial.abandonment_s') }] : []),
      ...(one.has_level ? [{ words: `${t('partial.level')} %`, short: t('partial.level_s') }] : []),
      ...(shows('asa') ? [{ words: t('partial.asa'), short: t('partial.asa') }] : []),
      ...(shows('aht.no_wrapup') ? [{ words: t('partial.aht'), short: t('partial.aht') }] : []),
    ],
    rows: one.hours.map((row) => cells(hourWords(row.from_ms, marks(row)), row)),
    total: cells(`${t('partial.total')}${few(one.total)}`, one.total),
    notes: [
      ...(one.has_level ? (one.seconds === null && one.queues.length > 1 ? [t('partial.unequal')] : []) : [t('partial.no_level')]),
      legend(one.hours.map(marks).join('') + few(one.total)),
      heardWords(partial, one.hours.map(marks).join('')),
    ].filter(Boolean),
  };
}

function calledSheet(partial: Partial, one: PartialCalled): Sheet {
  const marks = (row: CalledRow): string => (row.from_ms + 3_600_000 > partial.until_ms ? '+' : '');
  const shows = (column: string): boolean => !one.hidden.includes(column);
  const cells = (first: string, row: CalledRow): string[] => [
    first,
    number(row.attempts),
    ...(shows('hit') ? [number(row.humans)] : []),
    ...(shows('right_party') ? [number(row.right_party)] : []),
    number(row.results),
  ];
  const done = one.total.results;
  const goal =
    one.goal === null || one.goal === 0
      ? t('partial.no_goal')
      : t('partial.goal', { done: number(done), goal: number(one.goal), percent: percent(done / one.goal) });
  /** What the day comes to at this pace; a dash where no past day tells how many attempts are still to come. */
  const projected =
    one.projected === null ? t('partial.projected', { n: NONE }) : t('partial.projected', { n: number(one.projected) }) + (one.goal === null || one.goal === 0 ? '' : ` (${percent(one.projected / one.goal)})`);
  const results = t(`common.results.${resultKind(one.kind)}`);
  return {
    id: `c:${one.kind}`,
    title: t('partial.active', { kind: t(`partial.kind.${one.kind}`) }),
    about: [until(partial), partial.is_over ? goal : `${goal} · ${projected}`],
    columns: [
      { words: t('partial.hour'), short: t('partial.hour') },
      { words: t('partial.attempts'), short: t('partial.attempts_s') },
      ...(shows('hit') ? [{ words: t('partial.humans'), short: t('partial.humans_s') }] : []),
      ...(shows('right_party') ? [{ words: t('partial.right_party'), short: t('partial.right_party_s') }] : []),
      { words: results, short: t('partial.results_s') },
    ],
    rows: one.hours.map((row) => cells(hourWords(row.from_ms, marks(row)), row)),
    total: cells(t('partial.total'), one.total),
    notes: [legend(one.hours.map(marks).join('')), heardWords(partial)].filter(Boolean),
  };
}

const legend = (marks: string): string =>
  [marks.includes('+') ? t('partial.going') : '', marks.includes('*') ? t('partial.incomplete') : '', marks.includes('°') ? t('partial.few') : ''].filter(Boolean).join(' · ');

function until(partial: Partial): string {
  const day = new Intl.DateTimeFormat(preferences.language, { weekday: 'long', day: 'numeric', month: 'long', timeZone: zone.name }).format(partial.from_ms);
  return t('partial.until', { day, time: clockTime(partial.until_ms) });
}

/** `marks`: those of the hours, one of which may say that not everything was heard. */
function heardWords({ heard }: Partial, marks = ''): string {
  if (heard === null) return t('partial.unheard');
  if (heard > 0.995 && marks.includes('*')) return '';
  return heard > 0.995 ? t('partial.complete') : t('partial.part', { percent: Math.floor(heard * 100) });
}

/** A sheet for each operation and kind of campaign in which something happened. `isSample`: of an invented centre. */
export function sheets(partial: Partial, isSample = false): Sheet[] {
  const all = [
    ...partial.received.filter((one) => one.hours.length > 0).map((one) => receivedSheet(partial, one)),
    ...partial.called.filter((one) => one.hours.length > 0).map((one) => calledSheet(partial, one)),
  ];
  // Nobody who is sent one may take it for their own operation's.
  return isSample ? all.map((sheet) => ({ ...sheet, about: [t('common.sample'), ...sheet.about] })) : all;
}

/** Lines that stay aligned in a chat: WhatsApp, Telegram, Slack and Teams set what is between three accents in one width. */
export function asText(sheet: Sheet): string {
  const lines = [sheet.columns.map((column) => column.short), ...sheet.rows, sheet.total];
  const widths = sheet.columns.map((_, at) => Math.max(...lines.map((line) => [...(line[at] ?? '')].length)));
  const aligned = lines.map((line) =>
    line
      .map((word, at) => (at === 0 ? word.padEnd(widths[at] ?? 0) : word.padStart(widths[at] ?? 0)))
      .join(' ')
      .trimEnd(),
  );
  const total = aligned.pop() ?? '';
  const rule = '-'.repeat(Math.max(...aligned.map((line) => line.length), total.length));
  return [`*${t('partial.short')} · ${sheet.title}*`, ...sheet.about, '```', ...aligned, rule, total, '```', sheet.notes.at(-1) ?? '', ...sheet.notes.slice(0, -1)].join('\n').trimEnd();
}
