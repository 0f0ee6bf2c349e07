/** Figures of rules in words: what a name of a condition is called, and how its value is written. */
import type { AlertRow } from '~/bindings/AlertRow';
import { NONE } from '~/shared/format';
import { duration, number, percent } from '~/shared/format.svelte';
import { t, type Key } from '~/shared/i18n.svelte';
import { alerts as reference } from '~/locales/pt-BR/alerts';

/** In what a figure is counted. */
export type Unit = AlertRow['unit'];

const WINDOWS = ['5m', '15m', '30m', '60m', 'interval', 'shift', 'day'] as const;

const has = (key: string): boolean => key in reference;

/** `sl_30m` is "NS (30 min)"; a name that this version does not know stands as it is written. */
export function figureWords(name: string): string {
  if (has(`figure.${name}`)) return t(`alerts.figure.${name}` as Key & `alerts.figure.${'sl'}`);
  const window = WINDOWS.find((known) => name.endsWith(`_${known}`));
  const plain = window === undefined ? '' : name.slice(0, -window.length - 1);
  if (window === undefined || !has(`figure.${plain}`)) return name;
  return t('alerts.windowed', { figure: t(`alerts.figure.${plain}` as Key & `alerts.figure.${'sl'}`), window: t(`alerts.window.${window}`) });
}

/** A figure's value in its unit: 71,5%, 03:10, 45 s, 12 min, 12. */
export function valueWords(value: number | null, unit: Unit): string {
  if (value === null) return NONE;
  switch (unit) {
    case 'share':
      return percent(value).replace(/[.,]0%$/, '%');
    case 'seconds':
      return value < 60 ? t('alerts.seconds', { n: Math.round(value * 10) / 10 }) : duration(value * 1_000);
    case 'minutes':
      return t('alerts.minutes', { n: Math.round(value) });
    case 'flag':
      return t(value > 0 ? 'alerts.yes' : 'alerts.no');
    default:
      return number(Math.round(value * 100) / 100);
  }
}
