import type { WindowRow } from '~/bindings/WindowRow';
import { clockTime } from '~/shared/format.svelte';
import { t } from '~/shared/i18n.svelte';
import { profiles } from '~/shared/profiles.svelte';
import type { Figures } from './window.svelte';

/** "últimos 15 min", "turno Manhã"; empty of the day. */
export function windowWords(window: WindowRow): string {
  switch (window.kind) {
    case 'rolling':
      return t('goals.window.rolling', { minutes: window.of });
    case 'interval':
      return t('goals.window.interval', { minutes: window.of });
    case 'shift':
      return t('goals.window.shift', { shift: profiles.judging?.shifts.find((shift) => shift.id === window.of)?.name ?? window.of });
    default:
      return '';
  }
}

/** Of what stretch the figures on screen are: "últimos 15 min · 14h22 a 14h37"; empty of the day. */
export function spanWords(figures: Figures): string {
  const words = windowWords(figures.shown);
  const { span } = figures;
  if (words === '' || span === null) return '';
  const heard = figures.heard !== null && figures.heard < 0.995 ? ` · ${t('live.partial', { percent: Math.floor(figures.heard * 100) })}` : '';
  const stale = figures.failed ? ` · ${t('live.window_failed')}` : '';
  return `${t('live.window_is', { window: words, from: clockTime(span[0]), to: clockTime(span[1]) })}${heard}${stale}`;
}
