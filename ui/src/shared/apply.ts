import type { AgentRow } from '~/bindings/AgentRow';
import type { AlertRow } from '~/bindings/AlertRow';
import type { Batch } from '~/bindings/Batch';
import type { CallerRow } from '~/bindings/CallerRow';
import type { CampaignRow } from '~/bindings/CampaignRow';
import type { Health } from '~/bindings/Health';
import type { QueueRow } from '~/bindings/QueueRow';
import type { SourceRow } from '~/bindings/SourceRow';

/** Everything the hub said, as of one batch. Never changed: a batch makes a new one that shares what stayed. */
export interface Snapshot {
  /** The hub's run. */
  readonly stream: string;
  /** The last batch's number. */
  readonly number: number;
  /** Sequence number of the newest event. */
  readonly seq: number;
  /** Newest arrival from any source, Unix ms. */
  readonly seen: number;
  readonly health: Health;
  readonly sources: ReadonlyMap<string, SourceRow>;
  readonly queues: ReadonlyMap<string, QueueRow>;
  readonly agents: ReadonlyMap<string, AgentRow>;
  readonly callers: ReadonlyMap<string, CallerRow>;
  readonly campaigns: ReadonlyMap<string, CampaignRow>;
  readonly alerts: ReadonlyMap<string, AlertRow>;
}

type Changes<T> = Readonly<Record<string, T | null>> | undefined;

/**
 * The snapshot after a batch. A snapshot batch, or one of another run of the hub, forgets what there was. Returns `null`
 * when a delta or heartbeat belongs to a run that was never seen: only a new snapshot helps.
 */
export function apply(before: Snapshot | null, batch: Batch): Snapshot | null {
  const base = batch.kind === 'snapshot' ? null : before;
  if (batch.kind !== 'snapshot' && (base === null || base.stream !== batch.stream)) return null;
  return {
    stream: batch.stream,
    number: batch.number,
    seq: batch.seq,
    seen: batch.seen,
    health: batch.health,
    sources: merge(base?.sources, batch.rows.sources),
    queues: merge(base?.queues, batch.rows.queues),
    agents: merge(base?.agents, batch.rows.agents),
    callers: merge(base?.callers, batch.rows.callers),
    campaigns: merge(base?.campaigns, batch.rows.campaigns),
    alerts: merge(base?.alerts, batch.rows.alerts),
  };
}

/** A table nobody touched stays the very same map, so nothing that depends on it is worked out again. */
function merge<T>(held: ReadonlyMap<string, T> | undefined, changes: Changes<T>): ReadonlyMap<string, T> {
  const entries = Object.entries(changes ?? {});
  if (held !== undefined && entries.length === 0) return held;
  const next = new Map(held ?? []);
  for (const [id, row] of entries) {
    if (row === null) next.delete(id);
    else next.set(id, row);
  }
  return next;
}
