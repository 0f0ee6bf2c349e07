/** A rule's condition in words. What is too involved to say stands as it is written. */
import type { AlertRuleRow } from '~/bindings/AlertRuleRow';
import { duration } from '~/shared/format.svelte';
import { t } from '~/shared/i18n.svelte';
import { figureWords, valueWords, type Unit } from './figures';

const COMPARED = { '>': 'above', '>=': 'at_least', '<': 'below', '<=': 'at_most', '==': 'equals' } as const;
const SECONDS = /^(longest_wait|state_for|late|clock_off|(asa|aht|acw)_\w+)$/;
const SHARES = /^(disk_left|(sl|abandonment|occupancy|transfer|escalated|drop_rate|short_calls|right_party)_\w+)$/;

const unitOf = (name: string): Unit => (SECONDS.test(name) ? 'seconds' : SHARES.test(name) ? 'share' : name === 'hopper' ? 'minutes' : 'count');

/** One comparison, or a name that is true or false; `null` for anything else. */
function part(text: string): string | null {
  const compared = /^([a-z]\w*)\s*(>=|<=|==|>|<)\s*(\d+(?:\.\d+)?)$/.exec(text);
  if (compared !== null) {
    const [, name = '', sign = '>', limit = '0'] = compared;
    return t(`alerts.rules.${COMPARED[sign as keyof typeof COMPARED]}`, { figure: figureWords(name), limit: valueWords(Number(limit), unitOf(name)) });
  }
  const flag = /^(!?)\s*([a-z]\w*)$/.exec(text);
  return flag === null ? null : t(flag[1] === '' ? 'alerts.rules.is' : 'alerts.rules.is_not', { figure: figureWords(flag[2] ?? '') });
}

/** A condition in words, or as it is written. Only sums of one kind: `a && b && c`, `a || b`. */
export function conditionWords(text: string): string {
  const trimmed = text.trim();
  const joint = trimmed.includes('&&') ? '&&' : '||';
  const parts = trimmed.split(joint).map((one) => part(one.trim()));
  if (parts.some((one) => one === null)) return trimmed;
  return parts.reduce<string>((said, one) => (said === '' ? (one ?? '') : t(joint === '&&' ? 'alerts.rules.and' : 'alerts.rules.or', { one: said, other: one ?? '' })), '');
}

/** When a rule fires and when it is over. */
export function ruleWords(rule: AlertRuleRow): { readonly when: string; readonly over: string } {
  const held = rule.for_ms > 0 ? ` ${t('alerts.rules.for', { time: duration(rule.for_ms) })}` : '';
  const over = [rule.over === null ? '' : t('alerts.rules.over', { when: conditionWords(rule.over) })];
  if (rule.keep_ms > 0) over.push(rule.over === null ? t('alerts.rules.keep', { time: duration(rule.keep_ms) }) : t('alerts.rules.for', { time: duration(rule.keep_ms) }));
  return { when: `${conditionWords(rule.when)}${held}`, over: over.filter(Boolean).join(' ') };
}
