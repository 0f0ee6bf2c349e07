import { expect, test } from 'vitest';
import { slice } from './virtual.svelte';

test('a short list is drawn whole, wherever it is', () => {
  expect(slice(6, 50, 0, 600)).toEqual({ from: 0, to: 6, before: 0, after: 0 });
  expect(slice(60, 50, -9_000, -8_000)).toEqual({ from: 0, to: 60, before: 0, after: 0 });
});
test('a long list draws what shows and a little more', () => {
  // 2,000 rows of 50 px, seen from 10,000 to 10,600 px: rows 200 to 211, and 240 px each way.
  const got = slice(2_000, 50, 10_000, 10_600);
  expect(got.from).toBe(195);
  expect(got.to).toBe(217);
  expect(got.before + (got.to - got.from) * 50 + got.after).toBe(100_000);
});
test('scrolled past the end, or not reached yet, draws nothing and keeps the height', () => {
  expect(slice(100, 50, 9_000, 9_600)).toEqual({ from: 100, to: 100, before: 5_000, after: 0 });
  expect(slice(100, 50, -5_000, -4_400)).toEqual({ from: 0, to: 0, before: 0, after: 5_000 });
});
