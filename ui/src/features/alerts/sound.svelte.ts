import type { AlertRow } from '~/bindings/AlertRow';
import { isFree } from './order';

const KEY = 'mirante.alert-sound';
/** Two notes in this time are one: a storm of alerts is one sound. Ms. */
const APART_MS = 10_000;

/** Alerts that fired since, and that nobody looks after; a notice makes no sound. */
export function freshOf(alerts: Iterable<AlertRow>, heard: ReadonlySet<string>): string[] {
  const fresh: string[] = [];
  for (const alert of alerts) {
    const one = `${alert.id} ${alert.fired_ms}`;
    if (isFree(alert) && alert.severity !== 'notice' && !heard.has(one)) fresh.push(one);
  }
  return fresh;
}

/** A short sound on this computer when something fires; off unless somebody wants it. */
class Sound {
  #on = $state(Sound.#load());
  #heard = new Set<string>();
  #began = false;
  #last = -APART_MS;
  #audio: AudioContext | null = null;

  static #load(): boolean {
    try {
      return localStorage.getItem(KEY) === 'on';
    } catch {
      return false;
    }
  }

  get on(): boolean {
    return this.#on;
  }
  /** Turns it on, and lets it be heard once, or off. */
  toggle(): void {
    this.#on = !this.#on;
    try {
      localStorage.setItem(KEY, this.#on ? 'on' : 'off');
    } catch {
      // A choice that cannot be kept still holds until the window closes.
    }
    if (this.#on) this.#play();
  }
  /** Hears what stands now: what stood when this face was opened makes no sound. */
  hear(alerts: Iterable<AlertRow>): void {
    // What fires while it is off is no news when it is turned on.
    if (!this.#on) {
      this.#began = false;
      return;
    }
    const rows = [...alerts];
    const fresh = freshOf(rows, this.#heard);
    // What is over may fire again, and what stands was heard.
    this.#heard = new Set(rows.map((alert) => `${alert.id} ${alert.fired_ms}`));
    if (fresh.length > 0 && this.#began && performance.now() - this.#last > APART_MS) this.#play();
    this.#began = true;
  }
  #play(): void {
    this.#last = performance.now();
    this.#audio ??= new AudioContext();
    const audio = this.#audio;
    void audio.resume();
    const [tone, volume] = [audio.createOscillator(), audio.createGain()];
    tone.frequency.setValueAtTime(660, audio.currentTime);
    tone.frequency.setValueAtTime(880, audio.currentTime + 0.14);
    volume.gain.setValueAtTime(0.0001, audio.currentTime);
    volume.gain.exponentialRampToValueAtTime(0.18, audio.currentTime + 0.02);
    volume.gain.exponentialRampToValueAtTime(0.0001, audio.currentTime + 0.4);
    tone.connect(volume).connect(audio.destination);
    tone.start();
    tone.stop(audio.currentTime + 0.42);
  }
}

/** The sound of this computer. */
export const sound = new Sound();
