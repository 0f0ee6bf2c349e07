import { CommandError } from '~/platform';
import { t } from './i18n.svelte';

/** What to say when a command failed: words by code, with the hub's own detail only where it says what to correct. */
export function errorWords(thrown: unknown): string {
  const error = CommandError.from(thrown);
  const words = t(`common.error.${error.code}`);
  return error.code === 'invalid' && error.message !== '' ? `${words} (${error.message})` : words;
}

/** The same for what changes connections: there, a conflict is a hub that was opened for its sample data only. */
export function connectionErrorWords(thrown: unknown): string {
  return CommandError.from(thrown).code === 'conflict' ? t('connections.only_sample') : errorWords(thrown);
}
