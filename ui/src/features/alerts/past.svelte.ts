import type { AlertsAsked } from '~/bindings/AlertsAsked';
import type { PastAlertRow } from '~/bindings/PastAlertRow';
import { CommandError, command } from '~/platform';
import { clock } from '~/shared/clock.svelte';
import { zone } from '~/shared/format.svelte';
import { dayAfter, dayStart } from '~/shared/windows';
import { writeInstant } from './instant';
import type { Severity } from './order';

/** How long words are waited for before they are searched, ms. */
const TYPING_MS = 300;

/** Days before a day, `2026-11-16`. */
export const dayBefore = (day: string, days: number): string => new Date(Date.parse(`${day}T00:00:00Z`) - days * 86_400_000).toISOString().slice(0, 10);

/** Past alerts that were asked for. */
export class Past {
  day = $state('');
  days = $state('1');
  words = $state('');
  rule = $state('');
  severity: Severity | '' = $state('');
  rows: readonly PastAlertRow[] = $state.raw([]);
  more = $state(false);
  error: CommandError | null = $state.raw(null);
  /** Nothing came yet. */
  waits = $state(true);
  #turn = 0;

  constructor() {
    this.day = writeInstant(clock.now, zone.name).slice(0, 10);
  }

  /** First instant and the end of what is asked for, Unix ms. */
  get span(): readonly [number, number] {
    return [dayStart(dayBefore(this.day, Number(this.days) - 1), zone.name), dayStart(dayAfter(this.day), zone.name)];
  }
  get isDay(): boolean {
    return this.days === '1';
  }

  /** Asks again when what is wanted changes, a moment after the last key. Gives what stops it. */
  follow(): () => void {
    const asked = this.#asked(0);
    if (asked === null) return () => undefined;
    const later = setTimeout(() => void this.#ask(asked), this.waits ? 0 : TYPING_MS);
    return () => clearTimeout(later);
  }
  async next(): Promise<void> {
    const asked = this.#asked(this.rows.length);
    if (asked !== null) await this.#ask(asked);
  }

  #asked(skip: number): AlertsAsked | null {
    const [from_ms, to_ms] = this.span;
    if (!Number.isFinite(from_ms) || !Number.isFinite(to_ms)) return null;
    return { from_ms, to_ms, words: this.words.trim(), rule: this.rule === '' ? null : this.rule, severity: this.severity === '' ? null : this.severity, skip };
  }
  async #ask(asked: AlertsAsked): Promise<void> {
    const turn = ++this.#turn;
    try {
      const reply = await command({ do: 'alerts_history', asked });
      // Whoever asked for something else meanwhile is not shown this.
      if (turn !== this.#turn || reply.is !== 'alerts_past') return;
      const known = new Set(asked.skip === 0 ? [] : this.rows.map((row) => row.alert));
      this.rows = asked.skip === 0 ? reply.value.rows : [...this.rows, ...reply.value.rows.filter((row) => !known.has(row.alert))];
      this.more = reply.value.more;
      this.error = null;
    } catch (thrown) {
      if (turn === this.#turn) this.error = CommandError.from(thrown);
    } finally {
      if (turn === this.#turn) this.waits = false;
    }
  }
}
