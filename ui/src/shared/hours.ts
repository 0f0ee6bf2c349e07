import type { Language } from '~/locales';
import { minutesAt, minutesOfDay } from './format';

/** Opening and closing of a queue, minutes after local midnight; `null` is always open. */
export type Hours = readonly [number, number] | null;

/** True if a queue is open at a minute of the day. Closing before opening crosses midnight; equal ends are the whole day. */
export function isOpen(hours: Hours, minute: number): boolean {
  if (hours === null) return true;
  const [opens, closes] = hours;
  if (opens === closes) return true;
  return opens < closes ? minute >= opens && minute < closes : minute >= opens || minute < closes;
}

/** When a closed queue opens, as a time of day; `null` while it is open. `now`: Unix ms; `zone`: the operation's. */
export function opensAt(hours: Hours, now: number, zone: string, language: Language): string | null {
  if (hours === null || isOpen(hours, minutesAt(now, zone))) return null;
  return minutesOfDay(hours[0], language);
}
