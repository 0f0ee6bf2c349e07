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

const DAY = 24 * 60;

/**
 * Minutes after midnight of `text`: "8", "8h", "8h30", "08:30", "0830". Midnight as a closing hour, "24h", is 0 of the
 * next day. `null` when it is no time of day.
 */
export function readTime(text: string): number | null {
  const match = /^(\d{1,2})(?:\s*[h:.]\s*(\d{2})?|(\d{2}))?\s*$/i.exec(text.trim());
  if (match === null) return null;
  const hours = Number(match[1]);
  const minutes = Number(match[2] ?? match[3] ?? '0');
  if (minutes > 59 || hours * 60 + minutes > DAY) return null;
  return (hours * 60 + minutes) % DAY;
}

/** Minutes after midnight as `08:30`, the form every language of the interface reads in a field. */
export function writeTime(minutes: number): string {
  const hours = Math.floor(minutes / 60) % 24;
  return `${String(hours).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;
}
