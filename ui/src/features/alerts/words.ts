/** What an alert says: fact, reason, who looks after it, what to do next. */
import type { AlertActionRow } from '~/bindings/AlertActionRow';
import type { AlertRow } from '~/bindings/AlertRow';
import type { AlertStory } from '~/bindings/AlertStory';
import { clockTime, duration } from '~/shared/format.svelte';
import { t } from '~/shared/i18n.svelte';
import { isOperation } from '~/shared/operation';
import { figureWords, valueWords } from './figures';
import type { Group } from './order';
import { plainPlan } from './plan';

/** What an alert is about: an operation by its name in the language chosen. */
export const aboutWords = (of: { readonly scope: string; readonly label: string }): string =>
  of.scope === 'operation' && isOperation(of.label) ? t(`common.operation.${of.label}`) : of.label;

/** "SAC: Espera longa". */
export const headline = (of: { readonly scope: string; readonly label: string; readonly name: string }): string =>
  t('alerts.headline', { label: aboutWords(of), name: of.name });

/** "Espera longa: 12 alertas". */
export const groupWords = (group: Group): string => t('alerts.group_many', { name: group.name, n: group.alerts.length });

/** "Maior espera 02:41 às 14h31; limite 01:00"; empty where the rule has no number. */
export function factWords(alert: AlertRow): string {
  if (alert.figure === null || alert.value === null || alert.unit === 'flag' || alert.unit === 'text') return '';
  const fact = { figure: figureWords(alert.figure), value: valueWords(alert.value, alert.unit), time: clockTime(alert.since_ms) };
  return alert.limit === null ? t('alerts.fact', fact) : t('alerts.fact_limit', { ...fact, limit: valueWords(alert.limit, alert.unit) });
}

/** What lies over it or who looks after it; empty for neither. */
export function coverWords(alert: AlertRow): string {
  if (alert.state === 'silenced' && alert.silent !== null)
    return t('alerts.silent_until', { who: alert.silent.by, time: clockTime(alert.silent.until_ms), why: alert.silent.why });
  if (alert.state === 'inhibited') return alert.held_by === null ? t('alerts.held') : t('alerts.held_by', { rule: alert.held_by });
  if (alert.taken === null) return '';
  const taken = { who: alert.taken.by, time: clockTime(alert.taken.until_ms) };
  return alert.taken.note === '' ? t('alerts.taken_by', taken) : t('alerts.taken_by_note', { ...taken, note: alert.taken.note });
}

/** Who was told last. */
export function toldWords(alert: AlertRow): string {
  if (alert.climb === null) return t('alerts.only_shown');
  const last = alert.climb.told.at(-1);
  if (last === undefined) return t('alerts.told_none');
  const { step } = last;
  const time = clockTime(last.at_ms);
  return last.people.length === 0
    ? t('alerts.told_nobody', { step, time })
    : t('alerts.told_step', { step, time, people: last.people.join(', '), channels: last.by.join(', ') });
}

/** The next step, counted down; `now`: Unix ms of the hub. Empty where there is no policy. */
export function nextWords(alert: AlertRow, now: number): string {
  const { climb } = alert;
  if (climb === null) return '';
  if (climb.next_ms !== null) return t('alerts.next_in', { age: duration(climb.next_ms - now) });
  return t(alert.taken !== null ? 'alerts.climb_held' : 'alerts.climb_over');
}

/** The sentence of an alert: fact, who looks after it, what to do next. `now`: Unix ms of the hub. */
export function sentence(alert: AlertRow): string {
  const said = [factWords(alert), coverWords(alert)].filter(Boolean).map((words) => `${words.charAt(0).toUpperCase()}${words.slice(1)}.`);
  return [...said, plainPlan(alert.plan)].filter(Boolean).join(' ');
}

/** Whether the indicator came back, and after how long. */
export function effectWords({ alert, effect }: AlertStory): string {
  const who = alert.taken_by ?? '';
  const { to_take_ms: take, to_recover_ms: total, taken_to_recover_ms: after } = effect;
  if (total !== null) {
    if (take === null) return t('alerts.effect.recovered', { total: duration(total) });
    if (after === null) return t('alerts.effect.recovered_before', { total: duration(total), who });
    return t('alerts.effect.recovered_after_take', { after: duration(after), who, total: duration(total) });
  }
  if (alert.resolved_ms !== null) return t('alerts.effect.over');
  return take === null ? t('alerts.effect.open') : t('alerts.effect.not_taken', { who, take: duration(take) });
}

/** What somebody did, or what the escalation did. */
export function actionWords(action: AlertActionRow): string {
  const who = action.who ?? '';
  if (action.what === 'let_go' && who === '') return t('alerts.action.let_go_nobody');
  return action.what === 'nobody' ? t('alerts.action.nobody') : t(`alerts.action.${action.what}`, { who });
}

/** A state's word; `normal` after an alert is "Resolvido". */
export const stateWords = (state: AlertRow['state'], after = false): string =>
  t(after && state === 'normal' ? 'alerts.state.resolved' : `alerts.state.${state}`);
