/** What a goal says: its figure, what is wanted, what brings it back, and whether there is room. */
import type { GoalRow } from '~/bindings/GoalRow';
import type { TellRow } from '~/bindings/TellRow';
import type { WindowRow } from '~/bindings/WindowRow';
import { NONE } from '~/shared/format';
import { duration, number, percent } from '~/shared/format.svelte';
import { t } from '~/shared/i18n.svelte';
import { isOperation } from '~/shared/operation';

/** A value in its unit; a dash where there is none. */
export function valueWords(value: number | null, unit: string): string {
  if (value === null) return NONE;
  if (unit === 'share') return percent(value);
  return unit === 'ms' ? duration(value) : number(Math.round(value * 10) / 10);
}

/** A figure's value. */
export const tellWords = (tell: TellRow): string => valueWords(tell.value, tell.unit);

/** What is wanted, from the hub's thousandths. */
export function aimWords(milli: number, unit: string): string {
  if (unit === 'share') return `${number(milli / 10)}%`;
  return unit === 'ms' ? duration(milli) : number(milli / 1_000);
}

/** A stretch of time. */
export function windowWords(window: WindowRow, shift: (id: string) => string = (id) => id): string {
  if (window.kind === 'rolling') return t('goals.window.rolling', { minutes: window.of });
  if (window.kind === 'interval') return t('goals.window.interval', { minutes: window.of });
  if (window.kind === 'shift') return t('goals.window.shift', { shift: shift(window.of) });
  return t(window.kind === 'day' ? 'goals.window.day' : 'goals.window.range');
}

/** Whose goal it is. */
export function scopeWords(goal: Pick<GoalRow, 'scope' | 'label'>): string {
  if (goal.scope.kind === 'operation') {
    return isOperation(goal.scope.id) ? t(`common.operation.${goal.scope.id}`) : goal.scope.id;
  }
  return goal.label;
}

/** "faltam 14 seguidas dentro de 20 s": what brings it back; empty where that means nothing. */
export function recoveryWords(goal: GoalRow): string {
  if (goal.reached !== false) return '';
  if (goal.in_a_row === null) return goal.outlook === 'out_of_reach' && goal.projected === null ? t('goals.never') : '';
  return goal.seconds === null
    ? t('goals.in_a_row', { n: goal.in_a_row })
    : t('goals.in_a_row_within', { n: goal.in_a_row, seconds: goal.seconds });
}

/** "ainda dá": whether there is room for it. */
export function outlookWords(goal: GoalRow): string {
  if (goal.outlook === null || (goal.outlook === 'reached' && goal.projected === null)) return '';
  if (goal.projected !== null) {
    const told = t('goals.projected', { n: number(goal.projected) });
    return goal.outlook === 'out_of_reach' ? `${told} · ${t('goals.below')}` : told;
  }
  if (goal.outlook === 'possible') return t('goals.possible');
  if (goal.outlook === 'unknown') return t('goals.unknown');
  return goal.in_a_row === null ? '' : t('goals.out_of_reach', { n: number(goal.expected ?? 0) });
}

/** Everything in one line: "72,4% · meta 80% · faltam 14 seguidas dentro de 20 s · ainda dá". */
export function goalLine(goal: GoalRow): string {
  const key = goal.at_most ? 'goals.at_most' : 'goals.at_least';
  const aim = t(key, { aim: aimWords(goal.milli, goal.figure.unit) });
  return [tellWords(goal.figure), aim, recoveryWords(goal), outlookWords(goal)].filter(Boolean).join(' · ');
}
