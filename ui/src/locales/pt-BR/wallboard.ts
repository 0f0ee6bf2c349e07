import type { Message } from '~/shared/catalogue';

export const wallboard = {
  title: 'Painel',
} as const satisfies Record<string, Message>;
