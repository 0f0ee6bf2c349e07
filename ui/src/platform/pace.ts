/** A silence longer than this means the subscription is lost: heartbeats come every 2 s. Ms. */
export const SILENCE_MS = 5_000;
/** Pause before trying again after a failure. Ms. */
export const RETRY_MS = 1_000;

/** Resolves after `ms`. */
export const pause = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));

/**
 * Resolves once the screen has had the chance to draw, so that a slow screen asks less often instead of falling behind.
 * A hidden window draws nothing: after 200 ms it goes on all the same, and the data stay fresh.
 */
export function drawn(): Promise<void> {
  return new Promise((done) => {
    const timer = setTimeout(done, 200);
    requestAnimationFrame(() => {
      clearTimeout(timer);
      done();
    });
  });
}
