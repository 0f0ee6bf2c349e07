import { preferences } from '~/shared/preferences.svelte';
import { zone } from '~/shared/format.svelte';

/** A day in the language chosen and the operation's zone, Unix ms. */
export const dayWords = (ms: number): string =>
  new Intl.DateTimeFormat(preferences.language, { dateStyle: 'medium', timeZone: zone.name }).format(ms);
