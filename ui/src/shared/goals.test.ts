import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Goals } from './goals.svelte';

let answer: () => unknown = () => undefined;
vi.mock('~/platform', async (original) => ({
  ...(await original<object>()),
  command: async () => {
    await Promise.resolve();
    return answer();
  },
}));

const told = (offered: number) => (): unknown => ({ is: 'goals', value: { span: [0, offered], queues: [], on_target: [0, 0], pooled: null, goals: [] } });
const refused = (): never => {
  throw Object.assign(new Error('62 dias'), { code: 'invalid' });
};

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('what shows has the name of its own window until another is there, and says when it is old', async () => {
  const goals = new Goals();
  answer = refused;
  let stop = goals.follow();
  await vi.advanceTimersByTimeAsync(0);
  expect([goals.now, goals.error?.code]).toEqual([null, 'invalid']);
  answer = told(1);
  await vi.advanceTimersByTimeAsync(10_000);
  expect([goals.now?.span[1], goals.error, goals.shown.kind, goals.waits]).toEqual([1, null, 'day', false]);
  stop();
  // Somebody chooses another window, and the hub refuses it.
  goals.window = { kind: 'rolling', of: 15 };
  answer = refused;
  stop = goals.follow();
  expect([goals.now?.span[1], goals.shown.kind, goals.waits]).toEqual([1, 'day', true]);
  await vi.advanceTimersByTimeAsync(0);
  expect([goals.now?.span[1], goals.error?.message, goals.shown.kind]).toEqual([1, '62 dias', 'day']);
  answer = told(2);
  await vi.advanceTimersByTimeAsync(10_000);
  expect([goals.now?.span[1], goals.error, goals.shown, goals.waits]).toEqual([2, null, { kind: 'rolling', of: 15 }, false]);
  stop();
  answer = told(3);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(goals.now?.span[1]).toBe(2);
});
