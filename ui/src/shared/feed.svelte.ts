import type { Batch } from '~/bindings/Batch';
import type { Moment } from '~/bindings/Moment';
import { SILENCE_MS, follow, type CommandError } from '~/platform';
import { apply, type Snapshot } from './apply';
import { clock } from './clock.svelte';

/** With the connection known to be broken, a silence longer than a heartbeat's is enough. Ms. */
const TROUBLE_MS = 2_000;

const NOTHING: Snapshot = {
  stream: '',
  number: 0,
  seq: 0,
  seen: 0,
  health: { not_saving_since_ms: null, not_saving: null, not_saving_words: '', sample_percent: null, backup_troubled: false },
  sources: new Map(),
  queues: new Map(),
  agents: new Map(),
  callers: new Map(),
  campaigns: new Map(),
  alerts: new Map(),
};

/** The live floor on this screen. */
class Feed {
  #snapshot: Snapshot | null = $state.raw(null);
  #past: { readonly moment: Moment; readonly snapshot: Snapshot } | null = $state.raw(null);
  #arrivedMono = $state(0);
  #heardAt = $state(0);
  #trouble: CommandError | null = $state.raw(null);
  #stop: (() => void) | undefined;

  #view = $derived(this.#past?.snapshot ?? this.#snapshot ?? NOTHING);
  #stream = $derived((this.#snapshot ?? NOTHING).stream);
  #sources = $derived(this.#view.sources);
  #queues = $derived(this.#view.queues);
  #agents = $derived(this.#view.agents);
  #callers = $derived(this.#view.callers);
  #campaigns = $derived(this.#view.campaigns);
  #alerts = $derived(this.#view.alerts);
  #lost = $derived(
    this.#snapshot !== null &&
      this.#past === null &&
      clock.mono - this.#arrivedMono > (this.#trouble === null ? SILENCE_MS : TROUBLE_MS),
  );

  /** True once the first snapshot is here. */
  get ready(): boolean {
    return this.#snapshot !== null;
  }
  get sources(): Snapshot['sources'] {
    return this.#sources;
  }
  get queues(): Snapshot['queues'] {
    return this.#queues;
  }
  get agents(): Snapshot['agents'] {
    return this.#agents;
  }
  get callers(): Snapshot['callers'] {
    return this.#callers;
  }
  get campaigns(): Snapshot['campaigns'] {
    return this.#campaigns;
  }
  get alerts(): Snapshot['alerts'] {
    return this.#alerts;
  }
  /** How the hub itself is. */
  get health(): Snapshot['health'] {
    return this.#view.health;
  }
  /** Sequence number of the newest event on screen. */
  get seq(): number {
    return this.#view.seq;
  }
  /** Newest arrival from any source, Unix ms of the hub; 0 before anything. */
  get seen(): number {
    return this.#view.seen;
  }
  /** True when nothing came for 5 s, or the connection broke: nothing on screen may look live. */
  get lost(): boolean {
    return this.#lost;
  }
  /** How long ago the last batch came, ms, ticking. */
  get silentMs(): number {
    return Math.max(0, clock.mono - this.#arrivedMono);
  }
  /** The hub's time when it was last heard, Unix ms. */
  get heardAt(): number {
    return this.#heardAt;
  }
  /** Identity of the hub's run; empty before the first snapshot. */
  get stream(): string {
    return this.#stream;
  }
  /** Why the hub is not heard, while it is not. */
  get trouble(): CommandError | null {
    return this.#trouble;
  }
  /** True if any source is the simulator: say "dados de exemplo". */
  get sample(): boolean {
    for (const source of this.#sources.values()) if (source.sample) return true;
    return false;
  }

  /** The past moment on screen; `null` while it is live. */
  get past(): Moment | null {
    return this.#past?.moment ?? null;
  }

  /** The day up to the past moment on screen, in whole minutes; `null` while it is live, or where nothing tells when that day began. */
  get pastDay(): readonly [number, number] | null {
    if (this.#past === null) return null;
    const begins = [...this.#sources.values()].flatMap((source) => source.day_from_ms ?? []);
    const until = Math.floor(this.#past.moment.at_ms / 60_000) * 60_000;
    return begins.length === 0 ? null : [Math.min(until, ...begins), until];
  }

  /** Shows a past moment, and nothing that ticks, until {@link live}. What happens now is still followed. */
  rewind(moment: Moment): void {
    const base = this.#snapshot ?? NOTHING;
    const batch: Batch = { kind: 'snapshot', number: 0, stream: base.stream, now: moment.at_ms, seq: moment.seq, seen: moment.at_ms, health: base.health, rows: moment.rows };
    const snapshot = apply(null, batch);
    if (snapshot === null) return;
    clock.hold(moment.at_ms);
    this.#past = { moment, snapshot };
  }
  /** Shows what happens now. */
  live(): void {
    this.#past = null;
    clock.hold(null);
  }

  /** Follows the hub until `stop`. Following again starts over from a snapshot. */
  start(): void {
    this.stop();
    this.#stop = follow({
      batch: (batch) => {
        const next = apply(this.#snapshot, batch);
        if (next === null) return;
        clock.read(batch.now);
        this.#snapshot = next;
        this.#arrivedMono = performance.now();
        this.#heardAt = batch.now;
        this.#trouble = null;
      },
      trouble: (error) => (this.#trouble = error),
    });
  }

  /** Stops following. */
  stop(): void {
    this.#stop?.();
    this.#stop = undefined;
  }
}

/** The live floor. */
export const feed = new Feed();
