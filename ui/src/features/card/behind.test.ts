import { beforeEach, expect, test, vi } from 'vitest';
import type { CardAsked } from '~/bindings/CardAsked';
import { Behind } from './behind.svelte';

const answers: (() => unknown)[] = [];
const asked: number[] = [];
vi.mock('~/platform', async (original) => ({
  ...(await original<object>()),
  command: async (told: { skip: number }) => {
    asked.push(told.skip);
    await Promise.resolve();
    return answers.shift()?.();
  },
}));

const question: CardAsked = { definition: 'offered', queues: [], campaigns: [], from_ms: 0, to_ms: 1, language: 'pt-BR' };
const page = (total: number) => (): unknown => ({ is: 'card_rows', value: { rows: Array.from({ length: 500 }, (_, n) => ({ id: `v${n}` })), total } });
const fails = (): never => {
  throw Object.assign(new Error('o disco não responde'), { code: 'unavailable' });
};
const settled = (): Promise<void> => new Promise((done) => setTimeout(done, 0));

beforeEach(() => {
  [answers.length, asked.length] = [0, 0];
});

test('a page that did not come is brought again, by whoever asks or scrolls to it', async () => {
  const behind = new Behind();
  answers.push(fails, page(1_200), fails, page(1_200));
  behind.begin(question, 'top');
  await settled();
  expect([behind.error?.message, behind.loaded, behind.total]).toEqual(['o disco não responde', false, 0]);
  behind.again();
  await settled();
  expect([behind.error, behind.loaded, behind.total]).toEqual([null, true, 1_200]);
  behind.need(490, 520);
  await settled();
  expect(behind.error?.message).toBe('o disco não responde');
  expect(behind.rows(499, 501).map(([, row]) => row?.id)).toEqual(['v499', undefined]);
  behind.need(490, 520);
  await settled();
  expect(behind.error).toBeNull();
  expect(behind.rows(499, 501).map(([, row]) => row?.id)).toEqual(['v499', 'v0']);
  // What is there is not brought twice.
  behind.need(0, 1_000);
  await settled();
  expect(asked).toEqual([0, 0, 500, 500]);
});
