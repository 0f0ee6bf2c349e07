/** Time to take and to resolve, and the day's bars, out of rows of past alerts. Pure. */
import type { PastAlertRow } from '~/bindings/PastAlertRow';

/** The middle of some durations, ms; `null` for none. Of an even number, the mean of the two in the middle. */
export function median(values: readonly number[]): number | null {
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length >> 1;
  const [low, high] = [sorted[half - 1], sorted[half]];
  if (high === undefined) return null;
  return sorted.length % 2 === 0 && low !== undefined ? (low + high) / 2 : high;
}

/** How long alerts of one kind took. */
export interface Times {
  readonly key: string;
  readonly fired: number;
  /** Median from firing to being taken, ms, and of how many. */
  readonly take: readonly [number | null, number];
  /** Median from firing until over, ms, and of how many. */
  readonly resolve: readonly [number | null, number];
}

/** Times by `key`, most frequent first. */
export function timesBy(rows: readonly PastAlertRow[], key: (row: PastAlertRow) => string): Times[] {
  const by = new Map<string, PastAlertRow[]>();
  for (const row of rows) by.set(key(row), [...(by.get(key(row)) ?? []), row]);
  const times = [...by].map(([key, rows]): Times => {
    const take = rows.flatMap((row) => (row.taken_ms === null ? [] : [row.taken_ms - row.fired_ms]));
    const resolve = rows.flatMap((row) => (row.resolved_ms === null ? [] : [row.resolved_ms - row.fired_ms]));
    return { key, fired: rows.length, take: [median(take), take.length], resolve: [median(resolve), resolve.length] };
  });
  return times.sort((a, b) => b.fired - a.fired || (a.key < b.key ? -1 : 1));
}

/** One alert on the day's timeline: shares of the day, 0 to 1. */
export interface Bar {
  readonly alert: PastAlertRow;
  readonly from: number;
  /** When somebody took it; `to` if nobody did. */
  readonly taken: number;
  readonly to: number;
}

/** Bars of a stretch by rule, in the order in which rules first fired; what goes on lasts until `now`. Unix ms. */
export function barsOf(rows: readonly PastAlertRow[], from: number, to: number, now: number): { readonly rule: string; readonly name: string; readonly bars: readonly Bar[] }[] {
  const lanes = new Map<string, { rule: string; name: string; bars: Bar[] }>();
  const share = (ms: number): number => Math.min(1, Math.max(0, (ms - from) / (to - from)));
  for (const alert of [...rows].sort((a, b) => a.fired_ms - b.fired_ms)) {
    const end = alert.resolved_ms ?? now;
    if (end < from || alert.fired_ms >= to) continue;
    const lane = lanes.get(alert.rule) ?? { rule: alert.rule, name: alert.name, bars: [] };
    lanes.set(alert.rule, lane);
    lane.bars.push({ alert, from: share(alert.fired_ms), taken: share(alert.taken_ms ?? end), to: share(end) });
  }
  return [...lanes.values()];
}
