import { SILENCE_MS } from '~/platform';
import { HubClock } from './hub-clock';

/**
 * The one ticking source of the screen: the hub's time, once a second, on its whole seconds. When the hub has not been
 * heard for 5 s it stops, so that no wait goes on counting over data that nobody confirms.
 */
class Clock {
  #hub = new HubClock();
  #now = $state(Date.now());
  #mono = $state(0);
  #timer: ReturnType<typeof setTimeout> | undefined;
  #heard = 0;
  #held: number | null = null;

  /** The hub's time, Unix ms. Reading it in a template makes the template tick. */
  get now(): number {
    return this.#now;
  }

  /** This screen's monotonic clock, ms, at the last tick: for ages of what arrived here. */
  get mono(): number {
    return this.#mono;
  }

  /** Takes the hub's time from a batch. */
  read(hubNow: number): void {
    const known = this.#hub.at(0) !== null;
    this.#heard = performance.now();
    this.#hub.read(hubNow, this.#heard);
    if (!known) this.#tick();
  }

  /** Stands still at a past moment, Unix ms; `null`: goes on. */
  hold(at: number | null): void {
    this.#held = at;
    this.#tick();
  }

  /** Starts ticking. */
  start(): void {
    this.#tick();
  }

  #tick(): void {
    clearTimeout(this.#timer);
    this.#mono = performance.now();
    const running = this.#hub.at(this.#mono) ?? Date.now();
    this.#now = this.#held ?? this.#hub.at(Math.min(this.#mono, this.#heard + SILENCE_MS)) ?? running;
    this.#timer = setTimeout(() => this.#tick(), 1_005 - (running % 1_000));
  }
}

/** The screen's clock. */
export const clock = new Clock();
