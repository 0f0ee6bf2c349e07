/** The table's rows while somebody fills them in: text as typed, until it is all right. */
import type { QueueChoice } from '~/bindings/QueueChoice';
import type { QueueRow } from '~/bindings/QueueRow';
import { OPERATIONS, type OperationName } from '~/shared/operation';
import { guessLabel, guessOperation } from './guess';
import { readTime, writeTime } from '~/shared/hours';

/** One row as typed. */
export interface Draft {
  id: string;
  /** The platform's own name. */
  name: string;
  label: string;
  operation: OperationName | '';
  percent: string;
  seconds: string;
  alwaysOpen: boolean;
  from: string;
  to: string;
  /** Fields that hold a guess nobody has confirmed by typing. */
  guessed: { label: boolean; operation: boolean };
}

/** A field that can be wrong. */
export type Field = 'label' | 'percent' | 'seconds' | 'from' | 'to';
/** What is wrong with a field. */
export type Problem = 'label_long' | 'percent_range' | 'seconds_range' | 'time' | 'same_time';
/** Problems of a row by field. */
export type Problems = Partial<Record<Field, Problem>>;

/** Longest label, characters. */
export const LABEL_MAX = 80;
/** Longest target, seconds: one hour. */
export const SECONDS_MAX = 3_600;

/** A row for `queue`: what was decided before, and guesses by name for what was not. */
export function draftOf(queue: QueueRow): Draft {
  const decided = queue.operation !== null;
  const named = queue.label !== '' && queue.label !== queue.name;
  const label = named || decided ? null : guessLabel(queue.name);
  const known = OPERATIONS.find((operation) => operation === queue.operation);
  const operation = decided ? null : guessOperation(`${queue.name} ${queue.label}`);
  return {
    id: queue.id,
    name: queue.name,
    label: label ?? queue.label,
    operation: known ?? operation ?? '',
    percent: String(queue.goal_percent),
    seconds: String(queue.goal_seconds),
    alwaysOpen: queue.hours === null,
    from: queue.hours === null ? '' : writeTime(queue.hours[0]),
    to: queue.hours === null ? '' : writeTime(queue.hours[1]),
    guessed: { label: label !== null, operation: operation !== null },
  };
}

/** A whole number in a range, or `null`. */
function whole(text: string, lowest: number, highest: number): number | null {
  if (!/^\d{1,6}$/.test(text.trim())) return null;
  const number = Number(text.trim());
  return number >= lowest && number <= highest ? number : null;
}

/** What is wrong with a row; empty when nothing is. */
export function problemsOf(draft: Draft): Problems {
  const problems: Problems = {};
  if ([...draft.label.trim()].length > LABEL_MAX) problems.label = 'label_long';
  if (whole(draft.percent, 1, 100) === null) problems.percent = 'percent_range';
  if (whole(draft.seconds, 1, SECONDS_MAX) === null) problems.seconds = 'seconds_range';
  if (!draft.alwaysOpen) {
    const from = readTime(draft.from);
    const to = readTime(draft.to);
    if (from === null) problems.from = 'time';
    if (to === null) problems.to = 'time';
    if (from !== null && from === to) problems.to = 'same_time';
  }
  return problems;
}

/** The decision that a row is, or `null` while something is wrong with it. */
export function choiceOf(draft: Draft): QueueChoice | null {
  const percent = whole(draft.percent, 1, 100);
  const seconds = whole(draft.seconds, 1, SECONDS_MAX);
  if (percent === null || seconds === null || Object.keys(problemsOf(draft)).length > 0) return null;
  const from = readTime(draft.from);
  const to = readTime(draft.to);
  const label = draft.label.trim();
  return {
    id: draft.id,
    label: label === draft.name ? '' : label,
    operation: draft.operation === '' ? null : draft.operation,
    goal_percent: percent,
    goal_seconds: seconds,
    hours: draft.alwaysOpen || from === null || to === null ? null : [from, to],
  };
}

/** Target and hours of `model` in every row; names and operations differ by nature and stay. */
export function applyToAll(drafts: readonly Draft[], model: Draft): Draft[] {
  const { percent, seconds, alwaysOpen, from, to } = model;
  return drafts.map((draft) => ({ ...draft, percent, seconds, alwaysOpen, from, to }));
}

/** Rows for queues seen since, added at the end: nothing already typed moves or changes. */
export function mergeDrafts(drafts: readonly Draft[], queues: readonly QueueRow[]): Draft[] {
  const known = new Set(drafts.map((draft) => draft.id));
  return [...drafts, ...queues.filter((queue) => !known.has(queue.id)).map(draftOf)];
}
