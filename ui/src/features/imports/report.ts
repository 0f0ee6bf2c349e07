/** A report of calls on its way into history: its columns, its faults, and the parts in which it is sent. */
import type { ReportField } from '~/bindings/ReportField';
import type { ReportMapping } from '~/bindings/ReportMapping';
import type { ReportMeaning } from '~/bindings/ReportMeaning';
import type { ReportPlace } from '~/bindings/ReportPlace';

/** What a column may say, as it is asked. */
export const FIELDS: readonly ReportField[] = [
  'entered',
  'entered_time',
  'queue',
  'agent',
  'wait',
  'outcome',
  'talk',
  'answered',
  'ended',
  'call',
  'phone',
];

/** What no call goes without, in one way or another. */
export const REQUIRED: ReadonlySet<ReportField> = new Set<ReportField>(['entered', 'queue', 'wait', 'outcome']);

/** Meanings of outcomes, the most frequent first. */
export const MEANINGS: readonly ReportMeaning[] = [
  'answered',
  'abandoned',
  'timeout',
  'transferred',
  'overflow',
  'exit_key',
  'withdrawn',
  'unknown',
  'skip',
];

const WHYS = [
  'no_time',
  'cell',
  'too_long',
  'too_wide',
  'unclosed_quotes',
  'skipped_time',
  'future',
  'ends_before_begins',
  'negative',
  'unknown_outcome',
  'contradiction',
] as const;
/** A reason that has words of its own, or `other`. */
export type Why = (typeof WHYS)[number] | 'other';

/** The reason behind a word of the hub's: a newer hub may know more. */
export function why(word: string): Why {
  return WHYS.find((known) => known === word) ?? 'other';
}

const REFUSALS = ['empty', 'too_large', 'foreign', 'web_page', 'damaged', 'no_column', 'read'] as const;
/** Why nothing can be read from a file. */
export type Refusal = (typeof REFUSALS)[number];

/** The refusal behind a word of the hub's. */
export function refusal(word: string): Refusal {
  return REFUSALS.find((known) => known === word) ?? 'read';
}

const OUTCOMES = ['answered', 'abandoned', 'timeout', 'exit_key', 'transferred', 'overflow', 'withdrawn', 'unknown'] as const;

/** The meaning that an outcome's word is. */
export function outcome(word: string): (typeof OUTCOMES)[number] {
  return OUTCOMES.find((known) => known === word) ?? 'unknown';
}

const DIVIDERS: Readonly<Record<string, 'comma' | 'semicolon' | 'tab' | 'bar'>> = { ',': 'comma', ';': 'semicolon', '\t': 'tab', '|': 'bar' };

/** What divides fields, as a word of the catalogue. */
export function divider(sign: string): 'comma' | 'semicolon' | 'tab' | 'bar' {
  return DIVIDERS[sign] ?? 'comma';
}

/** The same mapping with a field said by another column; by none with an empty one. A column says one thing. */
export function withColumn(mapping: ReportMapping, field: ReportField, column: string): ReportMapping {
  const columns: ReportMapping['columns'] = {};
  for (const known of FIELDS) {
    const said = mapping.columns[known];
    if (known !== field && said !== undefined && said !== column) columns[known] = said;
  }
  if (column !== '') columns[field] = column;
  return { ...mapping, columns, queue_name: columns.queue === undefined ? mapping.queue_name : null };
}

/** The same mapping with a word for an outcome explained; by nobody with an empty meaning. */
export function withMeaning(mapping: ReportMapping, word: string, meaning: ReportMeaning | ''): ReportMapping {
  const outcomes = { ...mapping.outcomes };
  delete outcomes[word];
  if (meaning !== '') outcomes[word] = meaning;
  return { ...mapping, outcomes };
}

/** A mapping for another line of heads or another sheet: what columns say is guessed anew. */
export function anew(mapping: ReportMapping, change: Partial<Pick<ReportMapping, 'header' | 'sheet'>>): ReportMapping {
  return { ...mapping, header: null, columns: {}, ...change };
}

/** Lines of places with one reason, at most `most`: `4, 7–9`. */
export function lines(places: readonly ReportPlace[], word: string, field: ReportField | null, most = 12): { text: string; more: boolean } {
  const own = places.filter((place) => place.why === word && place.field === field);
  const told = own.slice(0, most).map(({ first, last }) => (first === last ? String(first) : `${String(first)}–${String(last)}`));
  return { text: told.join(', '), more: own.length > most };
}

/** A name for the source of a file: its own, without its end and without what tells one month from another. */
export function sourceName(file: string): string {
  const stem = file.replace(/\.[^.]*$/, '').replace(/[\d\s_().-]+$/, '');
  return (stem === '' ? file.replace(/\.[^.]*$/, '') : stem).slice(0, 60);
}

/** Bytes of a part. */
export const PART = 2 * 1024 * 1024;
