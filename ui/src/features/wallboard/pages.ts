/** Which pages a board has and in which order. */
import type { QueueRow } from '../../bindings/QueueRow';
import type { BoardLink, Distance } from './link';

/** One page. */
export type Page =
  /** The figures of the whole selection. */
  | { kind: 'total'; key: string; queues: QueueRow[] }
  /** The figures of one queue: on *operação* queues are never side by side, so that nobody is compared. */
  | { kind: 'queue'; key: string; queues: QueueRow[] }
  /** Some queues as rows (*supervisão* only). `at` and `of` number it among its like, from 1. */
  | { kind: 'list'; key: string; queues: QueueRow[]; at: number; of: number };

/** Seconds a page stays when pages change by themselves. */
export const PAGE_SECONDS = 20;

/** Rows of queues that fit a page, by distance, in landscape and portrait. */
const ROWS: Record<Distance, [number, number]> = { 3: [11, 22], 5: [6, 13], 8: [4, 8] };

/** The queues a board is about, in the order people know: by label. Ids that no longer exist are dropped. */
export function selected(queues: readonly QueueRow[], link: BoardLink, language: string): QueueRow[] {
  const wanted = new Set(link.queues);
  const order = new Intl.Collator(language, { numeric: true });
  return queues
    .filter((queue) => wanted.size === 0 || wanted.has(queue.id))
    .sort((a, b) => order.compare(a.label, b.label) || order.compare(a.id, b.id));
}

/** The pages over `queues` (already selected). There is always one, even over nothing. */
export function pagesOf(queues: QueueRow[], link: BoardLink, portrait: boolean): Page[] {
  const total: Page = { kind: 'total', key: 'total', queues };
  if (queues.length < 2) return [total];
  if (link.profile === 'operation') {
    return [total, ...queues.map((queue): Page => ({ kind: 'queue', key: queue.id, queues: [queue] }))];
  }
  const rows = ROWS[link.distance][portrait ? 1 : 0];
  const of = Math.ceil(queues.length / rows);
  const lists = Array.from(
    { length: of },
    (_, index): Page => ({
      kind: 'list',
      key: `list-${index}`,
      queues: queues.slice(index * rows, (index + 1) * rows),
      at: index + 1,
      of,
    }),
  );
  return [total, ...lists];
}

/** The page `step` away, around the end. */
export function turn(page: number, step: number, count: number): number {
  return count <= 0 ? 0 : (((page + step) % count) + count) % count;
}
