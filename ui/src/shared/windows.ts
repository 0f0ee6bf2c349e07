/** Windows to choose from, as the choice's value and as the hub wants them. */
import type { WindowRow } from '~/bindings/WindowRow';

/** What a select holds: `day`, `rolling 15`, `interval 30`, `shift manha`, `range`. */
export const valueOf = (window: WindowRow): string =>
  window.kind === 'day' || window.kind === 'range' ? window.kind : `${window.kind} ${window.of}`;

/** The window of a select's value; a stretch has its ends elsewhere. */
export function windowOf(value: string): WindowRow {
  const space = value.indexOf(' ');
  const [kind, of] = space < 0 ? [value, ''] : [value.slice(0, space), value.slice(space + 1)];
  if (kind === 'rolling' || kind === 'interval') return { kind, of: Number(of) };
  return kind === 'shift' ? { kind, of } : { kind: 'day' };
}

/** First instant of a day, `2026-11-22`, in a zone; Unix ms. */
export function dayStart(day: string, zone: string): number {
  const utc = Date.parse(`${day}T00:00:00Z`);
  const format = new Intl.DateTimeFormat('en-CA', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
  });
  const shown = (ms: number): number => {
    const at = Object.fromEntries(format.formatToParts(ms).map((part) => [part.type, part.value]));
    return Date.parse(`${at['year']}-${at['month']}-${at['day']}T${at['hour']}:${at['minute']}:00Z`);
  };
  // Twice: the offset of the guess may be that of the other side of a change.
  let at = utc - (shown(utc) - utc);
  at = at - (shown(at) - utc);
  return at;
}

/** The day after, `2026-11-23`. */
export const dayAfter = (day: string): string => new Date(Date.parse(`${day}T00:00:00Z`) + 86_400_000).toISOString().slice(0, 10);
