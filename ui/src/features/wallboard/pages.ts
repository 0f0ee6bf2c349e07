/** Which pages a board has and in which order. */
import type { CampaignRow } from '~/bindings/CampaignRow';
import type { GoalRow } from '~/bindings/GoalRow';
import type { QueueRow } from '~/bindings/QueueRow';
import type { BoardLink, Distance, Profile } from './link';

/** A tile of a page of figures. */
export type TileName = 'wait' | 'waiting' | 'level' | 'team' | 'answered' | 'abandoned' | 'logged' | 'campaigns';

/** One page. */
export type Page =
  /** Figures of `queues` together: the selection, or one queue. */
  | { kind: 'figures'; key: string; queues: QueueRow[]; whole: boolean; tiles: TileName[] }
  /** Some queues as rows: *supervisão* only, because operators are not compared. */
  | { kind: 'queues'; key: string; queues: QueueRow[] }
  /** Some campaigns as rows, with their goals. */
  | { kind: 'campaigns'; key: string; campaigns: CampaignRow[] }
  /** Goals that somebody set, as rows. */
  | { kind: 'goals'; key: string; goals: GoalRow[] };

/** Seconds a page stays when pages change by themselves. */
export const PAGE_SECONDS = 20;
/** Campaigns that fit the tile of a page of figures. */
export const CAMPAIGNS_IN_TILE = 3;

/** What fits a page, by distance, in landscape and portrait: tiles of figures, rows. */
const FIT: Record<Distance, { tiles: number; rows: [number, number] }> = {
  3: { tiles: 6, rows: [10, 20] },
  5: { tiles: 6, rows: [6, 12] },
  8: { tiles: 4, rows: [4, 8] },
};

/** What a profile may show. *Operação*: aggregates and goals; no waiting calls, no longest wait, no abandonment, no states. */
const TILES: Record<Profile, readonly TileName[]> = {
  operation: ['answered', 'level', 'logged', 'campaigns'],
  supervision: ['wait', 'waiting', 'level', 'team', 'answered', 'abandoned'],
};

/** The queues a board is about, in the order people know: by label. Ids that no longer exist are dropped. */
export function selected(queues: Iterable<QueueRow>, link: BoardLink, language: string): QueueRow[] {
  const wanted = new Set(link.queues);
  const order = new Intl.Collator(language, { numeric: true });
  return [...queues]
    .filter((queue) => wanted.size === 0 || wanted.has(queue.id))
    .sort((a, b) => order.compare(a.label, b.label) || order.compare(a.id, b.id));
}

/** Rows that fit a page. */
export const rowsOf = (distance: Distance, portrait: boolean): number => FIT[distance].rows[portrait ? 1 : 0];

/** Cuts `rows` in pieces of at most `size`. */
function cut<T>(rows: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(rows.length / size) }, (_, index) => rows.slice(index * size, (index + 1) * size));
}

function figures(key: string, queues: QueueRow[], whole: boolean, tiles: readonly TileName[], size: number): Page[] {
  return cut(tiles, size).map((part, index) => ({ kind: 'figures', key: `${key}-${index}`, queues, whole, tiles: part }));
}

/**
 * The pages over `queues` (already selected) and `campaigns` (of the whole operation: shown when all queues are).
 * There is always one, even over nothing.
 */
export function pagesOf(queues: QueueRow[], campaigns: readonly CampaignRow[], link: BoardLink, portrait: boolean, goals: readonly GoalRow[] = []): Page[] {
  const fit = FIT[link.distance];
  const rows = rowsOf(link.distance, portrait);
  const whole = link.queues.length === 0;
  const shown = whole ? campaigns : [];
  const tiles = TILES[link.profile];
  const total = figures('total', queues, whole, shown.length === 0 ? tiles.filter((tile) => tile !== 'campaigns') : tiles, fit.tiles);
  const single = tiles.filter((tile) => tile !== 'campaigns');
  const byQueue: Page[] =
    queues.length < 2
      ? []
      : link.profile === 'operation'
        ? queues.flatMap((queue) => figures(queue.id, [queue], false, single, fit.tiles))
        : cut(queues, rows).map((part, index) => ({ kind: 'queues', key: `queues-${index}`, queues: part }));
  const listed = link.profile === 'supervision' || shown.length > CAMPAIGNS_IN_TILE ? shown : [];
  const byCampaign = cut(listed, rows).map((part, index): Page => ({ kind: 'campaigns', key: `campaigns-${index}`, campaigns: part }));
  const byGoal = cut(goals, rows).map((part, index): Page => ({ kind: 'goals', key: `goals-${index}`, goals: part }));
  return [...total, ...byGoal, ...byQueue, ...byCampaign];
}

/**
 * Goals for the wall, in an order that stays: those that somebody set for what the board is about. Of a team none, because teams are not
 * compared before their people; a queue's service level of the day stands on its own page. `queues`: those of the board; none: all.
 */
export function boardGoals(goals: readonly GoalRow[], queues: readonly QueueRow[], whole: boolean): GoalRow[] {
  const ids = new Set(queues.map((queue) => queue.id));
  const operations = new Set(queues.map((queue) => queue.operation));
  const isOfDay = (goal: GoalRow): boolean => goal.scope.kind === 'queue' && goal.window.kind === 'day' && goal.figure.definition.startsWith('sl.');
  return goals.filter((goal) => {
    if (isOfDay(goal) || goal.scope.kind === 'team') return false;
    if (goal.scope.kind === 'queue') return ids.has(goal.scope.id);
    return whole || (goal.scope.kind === 'operation' && operations.has(goal.scope.id));
  });
}

/** The page `step` away, around the end. */
export function turn(page: number, step: number, count: number): number {
  return count <= 0 ? 0 : (((page + step) % count) + count) % count;
}

/** Campaigns worth a place on a board: with a goal, or at work. By label, so that places stay and nobody is ranked. */
export function boardCampaigns(campaigns: readonly CampaignRow[], language: string): CampaignRow[] {
  const order = new Intl.Collator(language, { numeric: true });
  return campaigns
    .filter((campaign) => (campaign.goal ?? 0) > 0 || campaign.attempts > 0)
    .sort((a, b) => order.compare(a.label, b.label) || order.compare(a.id, b.id));
}
