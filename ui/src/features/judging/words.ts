import { dayWords } from '~/shared/days';
import { t } from '~/shared/i18n.svelte';
import { zone } from '~/shared/format.svelte';
import { dayStart } from '~/shared/windows';

/** A version's first day; always, where it has none. */
export const dayText = (from: string | null): string =>
  from === null ? t('judging.always') : t('judging.since', { day: dayWords(dayStart(from, zone.name)) });
