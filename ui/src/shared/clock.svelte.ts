import { HubClock } from './hub-clock';

/** The one ticking source of the screen: the hub's time, once a second, on its whole seconds. */
class Clock {
  #hub = new HubClock();
  #now = $state(Date.now());
  #mono = $state(0);
  #timer: ReturnType<typeof setTimeout> | undefined;

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
    this.#hub.read(hubNow, performance.now());
    if (!known) this.#tick();
  }

  /** Starts ticking. */
  start(): void {
    this.#tick();
  }

  #tick(): void {
    clearTimeout(this.#timer);
    this.#mono = performance.now();
    this.#now = this.#hub.at(this.#mono) ?? Date.now();
    this.#timer = setTimeout(() => this.#tick(), 1_005 - (this.#now % 1_000));
  }
}

/** The screen's clock. */
export const clock = new Clock();
