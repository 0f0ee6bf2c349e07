import { untrack } from 'svelte';
import type { AlertRow } from '~/bindings/AlertRow';
import { clock } from '~/shared/clock.svelte';
import { feed } from '~/shared/feed.svelte';
import { isFree } from './order';

/** From this many alerts on, their changes are drawn once a second, together: a storm of them cannot be read faster. */
const MANY = 300;

/** Alerts at the pace at which they can be read. */
class Paced {
  #many = $derived(feed.alerts.size > MANY);
  #past = $derived(feed.past);
  #alerts = $derived.by((): ReadonlyMap<string, AlertRow> => {
    if (!this.#many) return feed.alerts;
    void clock.now;
    void this.#past;
    return untrack(() => feed.alerts);
  });
  #free = $derived.by(() => {
    let [n, critical] = [0, 0];
    for (const alert of this.#alerts.values()) {
      if (!isFree(alert)) continue;
      n += 1;
      if (alert.severity === 'critical') critical += 1;
    }
    return { n, critical };
  });

  get alerts(): ReadonlyMap<string, AlertRow> {
    return this.#alerts;
  }
  /** How many nobody looks after, and how many of them are critical. */
  get free(): { readonly n: number; readonly critical: number } {
    return this.#free;
  }
}

/** The alerts to draw. */
export const paced = new Paced();
