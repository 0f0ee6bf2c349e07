/** A jump back larger than this is the hub's clock being set, not the network being slow. Ms. */
const STEP_MS = 2_000;
/** How much later than the best reading the estimate may drift, per second: far above any crystal's error. Ms. */
const DRIFT_MS_PER_S = 0.5;

/**
 * The hub's time, from the `now` of its batches and this screen's monotonic clock. A batch that took long arrives with an
 * old `now`; the freshest reading wins, so a slow network never makes a wait go backwards.
 */
export class HubClock {
  #offset: number | null = null;
  #readAt = 0;

  /** Takes a reading: the hub said `hubNow` (Unix ms) and the monotonic clock shows `mono` (ms). */
  read(hubNow: number, mono: number): void {
    const offset = hubNow - mono;
    const held = this.#offset;
    const decayed = held === null ? null : held - ((mono - this.#readAt) / 1_000) * DRIFT_MS_PER_S;
    this.#offset = decayed === null || offset > decayed || decayed - offset > STEP_MS ? offset : decayed;
    this.#readAt = mono;
  }

  /** The hub's time at `mono`, Unix ms; `null` before the first reading. */
  at(mono: number): number | null {
    return this.#offset === null ? null : this.#offset + mono;
  }
}
