import type { live as reference } from '~/locales/pt-BR/live';
import type { Translation } from '~/shared/catalogue';

export const live: Translation<typeof reference> = {
  title: 'Live',
};
