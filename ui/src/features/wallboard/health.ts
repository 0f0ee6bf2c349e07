/** Whether what a board shows is live, in part live, or a last reading. */
import type { QueueRow } from '~/bindings/QueueRow';
import type { SourceRow } from '~/bindings/SourceRow';

/** How far a board can be believed. */
export type BoardHealth =
  /** Everything it shows is heard now. */
  | { kind: 'live' }
  /** Some sources are not heard: their queues are left out of what is "now" and named. */
  | { kind: 'partial'; down: SourceRow[]; since: number | null }
  /** No source is heard. `since`: when the last one stopped, Unix ms; `null`: never heard. */
  | { kind: 'down'; down: SourceRow[]; since: number | null }
  /** The hub itself is not heard: nobody knows how the sources are. */
  | { kind: 'hub'; since: number | null }
  /** Nothing arrived yet. */
  | { kind: 'opening' };

/** What the face knows about its own line to the hub. */
export interface HubLine {
  /** True once a snapshot arrived. */
  ready: boolean;
  /** True while batches keep arriving. */
  alive: boolean;
  /** The hub's clock at the last batch, Unix ms. */
  last: number | null;
}

/** Judges a board over `sources` (those of its queues). */
export function healthOf(hub: HubLine, sources: readonly SourceRow[]): BoardHealth {
  if (!hub.ready) return { kind: 'opening' };
  if (!hub.alive) return { kind: 'hub', since: hub.last };
  const down = sources.filter((source) => source.link !== 'up');
  if (down.length === 0) return { kind: 'live' };
  const stops = down.filter((source) => source.link === 'down').map((source) => source.link_since_ms);
  const known = stops.filter((stop) => stop !== null);
  if (down.length < sources.length) {
    return { kind: 'partial', down, since: known.length === 0 ? null : Math.min(...known) };
  }
  return { kind: 'down', down, since: known.length === 0 ? null : Math.max(...known) };
}

/** The queues whose source is heard: only they are "now". */
export function heardQueues(queues: readonly QueueRow[], sources: readonly SourceRow[]): QueueRow[] {
  const up = new Set(sources.filter((source) => source.link === 'up').map((source) => source.id));
  return queues.filter((queue) => up.has(queue.source));
}
