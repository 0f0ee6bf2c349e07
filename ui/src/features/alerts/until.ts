/** Ends of what somebody takes or silences. Pure: the time is an argument. */
import type { ShiftRow } from '~/bindings/ShiftRow';
import { minutesAt } from '~/shared/format';

const MINUTE = 60_000;
const DAY_MINUTES = 24 * 60;
/** How long an alert is taken at most, ms. */
export const LONGEST_TAKE_MS = 86_400_000;
/** How long a silence lasts at most, ms. */
export const LONGEST_SILENCE_MS = 7 * 86_400_000;
/** How long one key takes an alert for, ms: then it escalates again unless it is over. */
export const USUAL_TAKE_MS = 30 * MINUTE;

/** The shift that goes on at a minute of the day: of several, the one that ends first. */
export function shiftAt(shifts: readonly ShiftRow[], minute: number): ShiftRow | null {
  const left = ({ hours: [, to] }: ShiftRow): number => (to - minute + DAY_MINUTES) % DAY_MINUTES || DAY_MINUTES;
  const on = shifts.filter(({ hours: [from, to] }) => (from < to ? minute >= from && minute < to : minute >= from || minute < to));
  return on.sort((a, b) => left(a) - left(b))[0] ?? null;
}

/** The shift that goes on at `now` (Unix ms) and when it ends; `null` outside shifts. */
export function shiftEnd(shifts: readonly ShiftRow[], now: number, zone: string): { readonly shift: ShiftRow; readonly at: number } | null {
  const minute = minutesAt(now, zone);
  const shift = shiftAt(shifts, minute);
  if (shift === null) return null;
  const left = (shift.hours[1] - minute + DAY_MINUTES) % DAY_MINUTES || DAY_MINUTES;
  return { shift, at: (Math.floor(now / MINUTE) + left) * MINUTE };
}

/** True if something may end then. */
export const isEnd = (at: number, now: number, longest: number): boolean => at > now && at <= now + longest;
