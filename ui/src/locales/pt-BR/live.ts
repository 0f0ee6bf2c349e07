import type { Message } from '~/shared/catalogue';

export const live = {
  title: 'Ao vivo',
} as const satisfies Record<string, Message>;
