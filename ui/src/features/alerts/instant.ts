/** Instants in a field of day and time, in the operation's zone and not this computer's. Pure. */
import { dayStart } from '~/shared/windows';

/** `2026-11-23T14:30`; `ms`: Unix ms. */
export function writeInstant(ms: number, zone: string): string {
  const format = new Intl.DateTimeFormat('en-CA', { timeZone: zone, hourCycle: 'h23', year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit' });
  const at = Object.fromEntries(format.formatToParts(ms).map((part) => [part.type, part.value]));
  return `${at['year']}-${at['month']}-${at['day']}T${at['hour']}:${at['minute']}`;
}

/** Unix ms of what {@link writeInstant} wrote; `null` for anything else. A time that a clock change skips is the one after it. */
export function instantOf(text: string, zone: string): number | null {
  const found = /^(\d{4}-\d{2}-\d{2})T(\d{2}):(\d{2})/.exec(text);
  if (found === null) return null;
  const [, day = '', hour = '', minute = ''] = found;
  const start = dayStart(day, zone);
  if (!Number.isFinite(start)) return null;
  const at = start + (Number(hour) * 60 + Number(minute)) * 60_000;
  // A day with a clock change is not 24 h long: what the clock shows then tells by how much.
  const shown = writeInstant(at, zone);
  const off = Date.parse(`${text.slice(0, 16)}:00Z`) - Date.parse(`${shown}:00Z`);
  return at + off;
}
