import type { SourceRow } from '~/bindings/SourceRow';
import { command } from '~/platform';
import { errorWords } from './errors';
import { t } from './i18n.svelte';
import { toasts } from './toasts.svelte';

/** Asks the hub to try a source now instead of waiting for its turn, and says so. Never rejects. */
export async function reconnect(source: SourceRow): Promise<void> {
  try {
    await command({ do: 'reconnect', source: source.id });
    toasts.note(t('live.reconnecting', { source: source.label }));
  } catch (error) {
    toasts.error(errorWords(error));
  }
}
