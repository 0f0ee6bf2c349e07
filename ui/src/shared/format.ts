import type { Language } from '~/locales';

// Numbers and times as people of each language write them. The locale is always explicit (never the system's).

/** What a face shows where there is nothing to divide by. */
export const NONE = '—';

const pad = (n: number): string => String(n).padStart(2, '0');

interface Parts {
  hour: string;
  minute: string;
  second: string;
  day: string;
  month: string;
}

const formats = new Map<string, Intl.DateTimeFormat>();
function parts(ms: number, zone: string): Parts {
  let format = formats.get(zone);
  if (format === undefined) {
    format = new Intl.DateTimeFormat('en-GB', {
      timeZone: zone,
      hour12: false,
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
      day: '2-digit',
      month: '2-digit',
    });
    formats.set(zone, format);
  }
  const found = Object.fromEntries(format.formatToParts(ms).map((p) => [p.type, p.value]));
  return found as unknown as Parts;
}

/** Time of day, `14h50` in Portuguese and `14:50` elsewhere. `ms`: Unix ms; `zone`: IANA name. */
export function clockTime(ms: number, language: Language, zone: string): string {
  const { hour, minute } = parts(ms, zone);
  return language === 'pt-BR' ? `${hour}h${minute}` : `${hour}:${minute}`;
}

/** Time of day with seconds, `14h31m26` in Portuguese and `14:31:26` elsewhere. */
export function clockSeconds(ms: number, language: Language, zone: string): string {
  const { hour, minute, second } = parts(ms, zone);
  return language === 'pt-BR' ? `${hour}h${minute}m${second}` : `${hour}:${minute}:${second}`;
}

/** Minute of the day at a time, in a zone. */
export function minutesAt(ms: number, zone: string): number {
  const { hour, minute } = parts(ms, zone);
  return Number(hour) * 60 + Number(minute);
}

/** Minutes after midnight as a time of day: 510 is `08h30`. */
export function minutesOfDay(minutes: number, language: Language): string {
  const [hour, minute] = [pad(Math.floor(minutes / 60) % 24), pad(minutes % 60)];
  return language === 'pt-BR' ? `${hour}h${minute}` : `${hour}:${minute}`;
}

/**
 * How long something has lasted: `18:40` under an hour, `3 h 12` under two days, then days. Durations never run
 * backwards: a clock that disagrees by a moment shows 00:00.
 */
export function duration(ms: number, language: Language): string {
  const seconds = Math.max(0, Math.floor(ms / 1_000));
  if (seconds < 3_600) return `${pad(Math.floor(seconds / 60))}:${pad(seconds % 60)}`;
  const hours = Math.floor(seconds / 3_600);
  if (hours < 48) return `${hours} h ${pad(Math.floor(seconds / 60) % 60)}`;
  return new Intl.NumberFormat(language, { style: 'unit', unit: 'day', unitDisplay: 'long' }).format(Math.floor(hours / 24));
}

/** A number, grouped: `1.128`. */
export function number(n: number, language: Language): string {
  // Spanish groups from five digits on its own; a column needs one rule.
  return new Intl.NumberFormat(language, { useGrouping: 'always', maximumFractionDigits: 1 } as Intl.NumberFormatOptions).format(n);
}

const SIZES = ['B', 'kB', 'MB', 'GB', 'TB'];

/** A size: `4,1 kB`. */
export function bytes(n: number, language: Language): string {
  let [size, unit] = [n, 0];
  while (size >= 1_000 && unit < SIZES.length - 1) [size, unit] = [size / 1_000, unit + 1];
  return `${number(Number(size.toFixed(1)), language)} ${SIZES[unit] ?? ''}`;
}

/** A ratio's digits without its sign: 0.784 is `78,4`. `null` is a dash: there was nothing to divide by. */
export function percentDigits(value: number | null, language: Language): string {
  if (value === null) return NONE;
  // Truncated, not rounded: 79,96 % is not yet the 80 % of a target.
  const tenths = Math.floor(value * 1_000 + 1e-9) / 10;
  return new Intl.NumberFormat(language, { minimumFractionDigits: 1, maximumFractionDigits: 1 }).format(tenths);
}

/** A ratio: 0.784 is `78,4%`; `null` is a dash. */
export function percent(value: number | null, language: Language): string {
  const digits = percentDigits(value, language);
  return digits === NONE ? NONE : `${digits}%`;
}
