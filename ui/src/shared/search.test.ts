import { expect, test } from 'vitest';
import { matches, plain } from './search';

test('accents and case do not matter', () => {
  expect(plain('  Cobrança   RECEPTIVA ')).toBe('cobranca receptiva');
  expect(matches('joao', ['João Batista'])).toBe(true);
  expect(matches('COBRANÇA', ['cobranca-rec'])).toBe(true);
});
test('every word must begin a word somewhere', () => {
  expect(matches('bat joa', ['João Batista', 'SAC'])).toBe(true);
  expect(matches('sac joão', ['João Batista', 'SAC'])).toBe(true);
  expect(matches('tista', ['João Batista'])).toBe(false);
  expect(matches('joao n2', ['João Batista', 'SAC'])).toBe(false);
});
test('digits are found inside a masked number', () => {
  expect(matches('1234', ['(11) 9****-1234'])).toBe(true);
  expect(matches('234', ['(11) 9****-1234'])).toBe(true);
  expect(matches('555', ['(11) 9****-1234'])).toBe(false);
});
test('nothing asked matches all, absent texts match nothing', () => {
  expect(matches('', [null])).toBe(true);
  expect(matches('x', [null, undefined])).toBe(false);
  expect(matches('<script>', ['ret-<script>alert(1)'])).toBe(true);
});
