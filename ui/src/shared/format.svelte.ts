import * as format from './format';
import { preferences } from './preferences.svelte';
import { clock } from './clock.svelte';

/** The zone in which times are shown: the operation's, not this computer's. */
class Zone {
  name = $state('America/Sao_Paulo');
}
/** Zone of every time on screen. */
export const zone = new Zone();

// The formats in the language chosen and the operation's zone; templates that use them follow both.

/** Time of day, Unix ms. */
export const clockTime = (ms: number): string => format.clockTime(ms, preferences.language, zone.name);
/** Time of day with seconds, Unix ms. */
export const clockSeconds = (ms: number): string => format.clockSeconds(ms, preferences.language, zone.name);
/** Minutes after midnight as a time of day. */
export const minutesOfDay = (minutes: number): string => format.minutesOfDay(minutes, preferences.language);
/** How long something lasted, ms. */
export const duration = (ms: number): string => format.duration(ms, preferences.language);
/** How long since `ms` (Unix ms of the hub), ticking. */
export const since = (ms: number): string => format.duration(clock.now - ms, preferences.language);
/** A number, grouped. */
export const number = (n: number): string => format.number(n, preferences.language);
/** A size in bytes. */
export const bytes = (n: number): string => format.bytes(n, preferences.language);
/** A ratio with its sign. */
export const percent = (value: number | null): string => format.percent(value, preferences.language);
/** A ratio's digits. */
export const percentDigits = (value: number | null): string => format.percentDigits(value, preferences.language);
