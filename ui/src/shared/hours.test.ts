import { expect, test } from 'vitest';
import { isOpen, opensAt } from './hours';

test('a day, a night and always', () => {
  expect([479, 480, 1079, 1080].map((m) => isOpen([480, 1080], m))).toEqual([false, true, true, false]);
  expect([1319, 1320, 0, 359, 360].map((m) => isOpen([1320, 360], m))).toEqual([false, true, true, true, false]);
  expect([0, 720].map((m) => isOpen(null, m))).toEqual([true, true]);
  expect([0, 720].map((m) => isOpen([480, 480], m))).toEqual([true, true]);
});
test('when it opens, in the zone of the operation', () => {
  const night = Date.UTC(2026, 10, 21, 23, 0); // 20h00 in São Paulo.
  expect(opensAt([480, 1080], night, 'America/Sao_Paulo', 'pt-BR')).toBe('08h00');
  expect(opensAt([480, 1080], night, 'America/Los_Angeles', 'pt-BR')).toBeNull(); // 15h00 there.
  expect(opensAt(null, night, 'America/Sao_Paulo', 'en')).toBeNull();
});
