import type { firstrun as reference } from '~/locales/pt-BR/firstrun';
import type { Translation } from '~/shared/catalogue';

export const firstrun: Translation<typeof reference> = {
  title: 'Primeros pasos',
};
