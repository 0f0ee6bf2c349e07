/** What a campaign counts as a result, and how near its goal it is. */
import type { CampaignRow } from '~/bindings/CampaignRow';

/** The kinds of result a board has words for. */
export type ResultKind = 'sales' | 'promises' | 'results';

/** A campaign's results of the day. */
export interface CampaignResult {
  kind: ResultKind;
  done: number;
  /** Results wanted a day; `null`: nobody said. */
  goal: number | null;
  /** Share of the goal, 0 to 1 and beyond; `null` without a goal. */
  share: number | null;
}

/**
 * What the campaign's own name says its result is. A row carries no kind, and judging by the counts alone would turn
 * "3 contacts finished" into "1 sale" at the first sale of the morning.
 */
function kindByName(label: string): ResultKind | null {
  const name = label.toLocaleLowerCase('pt-BR');
  if (/cobran|acordo|promes|collect|cobro/u.test(name)) return 'promises';
  if (/vend|prospec|sale|venta|upgrade/u.test(name)) return 'sales';
  if (/pesquisa|survey|encuesta|nps/u.test(name)) return 'results';
  return null;
}

/** Results of one campaign: what its name says; else sales and promises; where there are neither, finished contacts. */
export function resultOf(campaign: CampaignRow): CampaignResult {
  const { sales, promises, completed } = campaign;
  const goal = campaign.goal !== null && campaign.goal > 0 ? campaign.goal : null;
  const kind = kindByName(campaign.label) ?? (promises === 0 && sales > 0 ? 'sales' : promises > 0 && sales === 0 ? 'promises' : 'results');
  const done =
    kind === 'sales' ? sales : kind === 'promises' ? promises : sales + promises > 0 ? sales + promises : completed;
  return { kind, done, goal, share: goal === null ? null : done / goal };
}

/** Campaigns worth a place on a board: with a goal, or at work. By label, so that places stay and nobody is ranked. */
export function boardCampaigns(campaigns: readonly CampaignRow[], language: string): CampaignRow[] {
  const order = new Intl.Collator(language, { numeric: true });
  return campaigns
    .filter((campaign) => (campaign.goal ?? 0) > 0 || campaign.attempts > 0)
    .sort((a, b) => order.compare(a.label, b.label) || order.compare(a.id, b.id));
}
