/** Where the points of an alert's chart are. Pure. */
import type { AlertStepRow } from '~/bindings/AlertStepRow';

/** A chart in shares of its own width and height: x from the left, y from the top, 0 to 1. */
export interface Chart {
  /** Runs of points without a gap: what was absent breaks the line. */
  readonly runs: readonly (readonly Point[])[];
  /** The height of the threshold; `null` where it is not known. */
  readonly limit: number | null;
  /** Least and greatest value that fit. */
  readonly scale: readonly [number, number];
  /** First and last instant, Unix ms. */
  readonly span: readonly [number, number];
}

/** A value at a change. */
export interface Point {
  readonly x: number;
  readonly y: number;
  readonly step: AlertStepRow;
}

/** The chart of the steps of an alert; `null` if no step has a value. */
export function chartOf(steps: readonly AlertStepRow[]): Chart | null {
  const values = steps.flatMap((step) => step.value ?? []);
  const [first, last] = [steps[0], steps.at(-1)];
  if (values.length === 0 || first === undefined || last === undefined) return null;
  const limit = steps.findLast((step) => step.limit !== null)?.limit ?? null;
  const all = limit === null ? values : [...values, limit];
  const [least, greatest] = [Math.min(0, ...all), Math.max(...all)];
  const top = greatest === least ? least + 1 : greatest + (greatest - least) * 0.1;
  const long = Math.max(1, last.at_ms - first.at_ms);
  const y = (value: number): number => 1 - (value - least) / (top - least);
  const runs: Point[][] = [[]];
  for (const step of steps) {
    if (step.value === null) runs.push([]);
    else runs.at(-1)?.push({ x: (step.at_ms - first.at_ms) / long, y: y(step.value), step });
  }
  return { runs: runs.filter((run) => run.length > 0), limit: limit === null ? null : y(limit), scale: [least, top], span: [first.at_ms, last.at_ms] };
}
