/** What people do about alerts. Each says what came of it. */
import type { AlertRow } from '~/bindings/AlertRow';
import type { Command } from '~/bindings/Command';
import { command } from '~/platform';
import { clock } from '~/shared/clock.svelte';
import { errorWords } from '~/shared/errors';
import { feed } from '~/shared/feed.svelte';
import { clockTime } from '~/shared/format.svelte';
import { t } from '~/shared/i18n.svelte';
import { session } from '~/shared/session.svelte';
import { toasts } from '~/shared/toasts.svelte';
import { USUAL_TAKE_MS } from './until';

/** Most alerts that the hub takes in one order. */
const MOST = 1_000;

/** True if whoever is here may take and silence, and what shows is now. */
export const mayOrder = (): boolean => session.hello?.can_configure === true && feed.past === null;

const ids = (alerts: readonly AlertRow[]): string[] => alerts.map((alert) => alert.id);

async function order(alerts: readonly AlertRow[], make: (ids: string[]) => Command, said: (n: number) => string): Promise<boolean> {
  if (alerts.length === 0) return false;
  try {
    const all = ids(alerts);
    for (let at = 0; at < all.length; at += MOST) await command(make(all.slice(at, at + MOST)));
    toasts.note(said(all.length));
    return true;
  } catch (thrown) {
    toasts.error(errorWords(thrown));
    return false;
  }
}

/** Takes alerts that fired, until then. */
export function take(alerts: readonly AlertRow[], note = '', until_ms = Math.round(clock.now) + USUAL_TAKE_MS): Promise<boolean> {
  const fired = alerts.filter((alert) => alert.fired_ms !== null);
  return order(fired, (ids) => ({ do: 'alert_take', ids, note, until_ms }), (n) => t('alerts.took', { n, time: clockTime(until_ms) }));
}
/** Looks after them no more. */
export function release(alerts: readonly AlertRow[]): Promise<boolean> {
  return order(alerts.filter((alert) => alert.taken !== null), (ids) => ({ do: 'alert_release', ids }), (n) => t('alerts.released', { n }));
}
/** Silences them until then; what law asks for stays as it is. */
export function silence(alerts: readonly AlertRow[], note: string, until_ms: number): Promise<boolean> {
  const open = alerts.filter((alert) => !alert.legal);
  const left = alerts.length - open.length;
  const legal = left > 0 ? ` ${t('alerts.legal_left', { n: left })}` : '';
  if (open.length === 0) {
    toasts.note(legal.trim());
    return Promise.resolve(false);
  }
  return order(open, (ids) => ({ do: 'alert_silence', ids, until_ms, note }), (n) => `${t('alerts.silenced', { n, time: clockTime(until_ms) })}${legal}`);
}
/** Ends silences. */
export function unsilence(alerts: readonly AlertRow[]): Promise<boolean> {
  return order(alerts.filter((alert) => alert.silent !== null), (ids) => ({ do: 'alert_unsilence', ids }), (n) => t('alerts.unsilenced', { n }));
}
