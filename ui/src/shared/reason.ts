import type { SourceRow } from '~/bindings/SourceRow';
import { t } from './i18n.svelte';

/** Why a source is not heard, in words; its platform's own where there is no better; empty when it is heard or nobody knows. */
export function reasonWords(source: SourceRow): string {
  if (source.link === 'up') return '';
  return source.reason === null ? source.words : t(`common.reason.${source.reason}`);
}
