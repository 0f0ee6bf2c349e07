import type { Message } from '~/shared/catalogue';

export const firstrun = {
  title: 'Primeiros passos',
} as const satisfies Record<string, Message>;
