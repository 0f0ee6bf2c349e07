import { describe, expect, test } from 'vitest';
import { clockSeconds, clockTime, duration, minutesOfDay, number, percent, percentDigits } from './format';

const SP = 'America/Sao_Paulo';
/** 14h31m26 on 21 November 2026 in São Paulo (UTC−3). */
const AT = Date.UTC(2026, 10, 21, 17, 31, 26);

describe('times of day', () => {
  test('as each language writes them', () => {
    expect(clockTime(AT, 'pt-BR', SP)).toBe('14h31');
    expect(clockTime(AT, 'en', SP)).toBe('14:31');
    expect(clockTime(AT, 'es', SP)).toBe('14:31');
    expect(clockSeconds(AT, 'pt-BR', SP)).toBe('14h31m26');
    expect(clockSeconds(AT, 'es', SP)).toBe('14:31:26');
  });
  test("in the operation's zone, not this computer's", () => {
    expect(clockTime(AT, 'pt-BR', 'America/Manaus')).toBe('13h31');
    expect(clockTime(AT, 'pt-BR', 'UTC')).toBe('17h31');
  });
  test('midnight is 00, never 24', () => {
    expect(clockTime(Date.UTC(2026, 10, 21, 3, 0, 0), 'pt-BR', SP)).toBe('00h00');
    expect(minutesOfDay(0, 'pt-BR')).toBe('00h00');
    expect(minutesOfDay(510, 'pt-BR')).toBe('08h30');
    expect(minutesOfDay(1_440, 'en')).toBe('00:00');
  });
});

describe('durations', () => {
  test.each([
    [0, '00:00'],
    [999, '00:00'],
    [1_000, '00:01'],
    [161_000, '02:41'],
    [1_120_000, '18:40'],
    [3_599_999, '59:59'],
    [3_600_000, '1 h 00'],
    [11_520_000, '3 h 12'],
    [-5_000, '00:00'],
  ])('%d ms is %s', (ms, words) => expect(duration(ms, 'pt-BR')).toBe(words));
  test('days', () => {
    expect(duration(3 * 86_400_000, 'pt-BR')).toBe('3 dias');
    expect(duration(3 * 86_400_000, 'en')).toBe('3 days');
    expect(duration(3 * 86_400_000, 'es')).toBe('3 días');
  });
});

describe('numbers', () => {
  test('are grouped in every language', () => {
    expect(number(1_128, 'pt-BR')).toBe('1.128');
    expect(number(1_128, 'es')).toBe('1.128');
    expect(number(1_128, 'en')).toBe('1,128');
  });
  test('ratios keep one decimal, cut and not rounded: 79,96% has not reached 80%', () => {
    expect(percent(0.784, 'pt-BR')).toBe('78,4%');
    expect(percent(0.784, 'en')).toBe('78.4%');
    expect(percent(0.7996, 'pt-BR')).toBe('79,9%');
    expect(percent(0.8, 'pt-BR')).toBe('80,0%');
    expect(percent(0.57, 'pt-BR')).toBe('57,0%');
    expect(percentDigits(1, 'es')).toBe('100,0');
  });
  test('nothing to divide by is a dash, zero is zero', () => {
    expect(percent(null, 'pt-BR')).toBe('—');
    expect(percent(0, 'pt-BR')).toBe('0,0%');
  });
});
