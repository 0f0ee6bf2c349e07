import { CommandError } from '~/platform';
import { t } from './i18n.svelte';

/** What to say when a command failed: words by code, with the hub's own detail only where it says what to correct. */
export function errorWords(thrown: unknown): string {
  const error = CommandError.from(thrown);
  const words = t(`common.error.${error.code}`);
  return error.code === 'invalid' && error.message !== '' ? `${words} (${error.message})` : words;
}
