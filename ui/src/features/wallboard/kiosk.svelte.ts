/** What a screen that nobody touches needs: no cursor, no sleep, the whole screen. */

/** How long the cursor and the options stay after the last movement. Ms. */
const IDLE_MS = 3_000;
/** How long options that somebody is using stay after the last movement or key. Ms. */
const AWAY_MS = 20_000;

/** Whether somebody is at the screen. */
export class Presence {
  #here = $state(true);
  #near = $state(true);
  #idle: ReturnType<typeof setTimeout> | undefined;
  #away: ReturnType<typeof setTimeout> | undefined;

  /** True for 3 s after a movement or a key. */
  get here(): boolean {
    return this.#here;
  }
  /** True for 20 s after one: time to read a list or think of a sentence. */
  get near(): boolean {
    return this.#near;
  }
  /** Somebody moved. */
  touch(): void {
    this.stop();
    this.#here = true;
    this.#near = true;
    this.#idle = setTimeout(() => (this.#here = false), IDLE_MS);
    this.#away = setTimeout(() => (this.#near = false), AWAY_MS);
  }
  /** Stops waiting. */
  stop(): void {
    clearTimeout(this.#idle);
    clearTimeout(this.#away);
  }
}

/** Keeps the screen from sleeping while the board shows; a browser that cannot simply does not. Returns how to stop. */
export function stayAwake(): () => void {
  let lock: WakeLockSentinel | null = null;
  let wanted = true;
  const ask = async (): Promise<void> => {
    if (!wanted || document.visibilityState !== 'visible' || !('wakeLock' in navigator)) return;
    try {
      lock = await navigator.wakeLock.request('screen');
      if (!wanted) await lock.release();
    } catch {
      // Refused (battery, policy, an insecure address): the board works all the same.
    }
  };
  // The lock is lost whenever the page is hidden.
  const again = (): void => void ask();
  document.addEventListener('visibilitychange', again);
  void ask();
  return () => {
    wanted = false;
    document.removeEventListener('visibilitychange', again);
    void lock?.release().catch(() => undefined);
  };
}

/** Goes to full screen or back. */
export async function toggleFullScreen(): Promise<void> {
  try {
    if (document.fullscreenElement === null) await document.documentElement.requestFullscreen();
    else await document.exitFullscreen();
  } catch {
    // Not allowed here (a frame, a webview without it): the board fills the window anyway.
  }
}
