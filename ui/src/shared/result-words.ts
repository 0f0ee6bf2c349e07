/** What campaigns achieved, in words. */
import { t } from './i18n.svelte';
import type { CampaignResult, ResultKind, Results } from './results';

/** "128 acordos". */
export const countWords = (kind: ResultKind, n: number): string => t(`common.result.${kind}`, { n });

/** Results of a campaign: "128 de 180 acordos", without a goal "128 acordos". */
export function resultWords({ kind, done, goal }: CampaignResult): string {
  return goal === null ? countWords(kind, done) : t(`common.result_of.${kind}`, { done, n: goal });
}

/** What a sum over campaigns is called: by its kind if they all have one, else simply results. */
export function resultsTitle({ byKind }: Results): string {
  const [only, more] = [...byKind.keys()];
  return t(`common.results.${only === undefined || more !== undefined ? 'results' : only}`);
}

/** "128 acordos · 46 vendas". */
export const kindsWords = ({ byKind }: Results): string => [...byKind].map(([kind, n]) => countWords(kind, n)).join(' · ');
