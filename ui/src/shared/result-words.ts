/** What campaigns achieved, in words. */
import { t } from './i18n.svelte';
import type { CampaignResult, ResultKind, Results } from './results';

/** "128 acordos". */
export const countWords = (kind: ResultKind, n: number): string => t(`common.result.${kind}`, { n });

/** Results of a campaign: "128 de 180 acordos", without a goal "128 acordos". */
export function resultWords({ kind, done, goal }: CampaignResult): string {
  return goal === null ? countWords(kind, done) : t(`common.result_of.${kind}`, { done, n: goal });
}

/** What a figure over campaigns is called: by their kind if they share one, else targets met, or simply results. */
export function resultsTitle({ byKind, aimed }: Results): string {
  const [only, more] = [...byKind.keys()];
  if (only !== undefined && more === undefined) return t(`common.results.${only}`);
  return t(aimed > 0 ? 'live.targets_met' : 'common.results.results');
}

/** The figure and what it is of; `null`: of nothing. Different kinds do not add up: there, the targets met of all targets. */
export function resultsFigure({ byKind, aimed, met, count, goal, towardsGoal }: Results): [number, number | null] {
  if (byKind.size > 1 && aimed > 0) return [met, aimed];
  return goal === null ? [count, null] : [towardsGoal, goal];
}

/** "128 acordos · 46 vendas"; a kind without results is left out, unless none has any. */
export function kindsWords({ byKind, count }: Results): string {
  return [...byKind]
    .filter(([, n]) => n > 0 || count === 0)
    .map(([kind, n]) => countWords(kind, n))
    .join(' · ');
}
