import type { wallboard as reference } from '~/locales/pt-BR/wallboard';
import type { Translation } from '~/shared/catalogue';

export const wallboard: Translation<typeof reference> = {
  title: 'Panel',
};
