/** What a campaign counts as a result, and how near its goal it is. One rule for every screen. */
import type { CampaignRow } from '~/bindings/CampaignRow';

/** The kinds of result that have words: `contacts` are contacts finished. */
export const RESULT_KINDS = ['promises', 'sales', 'surveys', 'contacts', 'results'] as const;
/** A kind of result. */
export type ResultKind = (typeof RESULT_KINDS)[number];

/** The definition of the catalogue that counts a kind of result; others are no figure of their own. */
export const CARD_OF_RESULT: Partial<Record<ResultKind, string>> = { sales: 'sales', promises: 'promises' };

/** A campaign's results of the day. */
export interface CampaignResult {
  readonly kind: ResultKind;
  readonly done: number;
  /** Results wanted a day; `null`: nobody said. */
  readonly goal: number | null;
  /** Share of the goal, 0 to 1 and beyond; `null` without a goal. */
  readonly share: number | null;
}

/** What the hub counts as a result of a campaign of this kind. */
export function resultKind(kind: CampaignRow['kind']): ResultKind {
  switch (kind) {
    case 'sales':
      return 'sales';
    case 'collections':
      return 'promises';
    case 'survey':
      return 'surveys';
    case 'prospecting':
    case 'after_sales':
    case 'relationship':
    case 'scheduling':
    case 'active_support':
      return 'contacts';
    // Kept customers are counted with the sales, and a campaign that nobody described counts sales and promises.
    case 'retention':
    case 'other':
      return 'results';
  }
}

/** Results of one campaign, as the hub counts them. */
export function resultOf({ kind, results, goal }: CampaignRow): CampaignResult {
  const wanted = goal !== null && goal > 0 ? goal : null;
  return { kind: resultKind(kind), done: results, goal: wanted, share: wanted === null ? null : results / wanted };
}

/** Results of several campaigns. */
export interface Results {
  /** Results of the day by kind; a kind that no campaign counts is not there. */
  readonly byKind: ReadonlyMap<ResultKind, number>;
  /** All of them. */
  readonly count: number;
  /** Wanted in the day by the campaigns that have a goal; `null` when none has. */
  readonly goal: number | null;
  /** Results of the campaigns that have a goal: what `goal` is compared with. */
  readonly towardsGoal: number;
  /** Campaigns that have a goal, and how many of them reached it: what several kinds share, since sales and surveys do not add up. */
  readonly aimed: number;
  readonly met: number;
  /** How many campaigns have no goal. */
  readonly withoutGoal: number;
}

/** Sums what campaigns achieved; `null` over none. */
export function sumResults(campaigns: readonly CampaignRow[]): Results | null {
  if (campaigns.length === 0) return null;
  const each = campaigns.map(resultOf);
  const add = (of: readonly CampaignResult[]): number => of.reduce((total, result) => total + result.done, 0);
  const aimed = each.filter((result) => result.goal !== null);
  const kinds = RESULT_KINDS.filter((kind) => each.some((result) => result.kind === kind));
  return {
    byKind: new Map(kinds.map((kind) => [kind, add(each.filter((result) => result.kind === kind))])),
    count: add(each),
    goal: aimed.length === 0 ? null : aimed.reduce((total, result) => total + (result.goal ?? 0), 0),
    towardsGoal: add(aimed),
    aimed: aimed.length,
    met: aimed.filter((result) => (result.share ?? 0) >= 1).length,
    withoutGoal: each.length - aimed.length,
  };
}
