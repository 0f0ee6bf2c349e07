import { describe, expect, test } from 'vitest';
import type { GoingRow } from '~/bindings/GoingRow';
import type { KeepRow } from '~/bindings/KeepRow';
import { bytes } from '~/shared/format';
import { catalogues, LANGUAGES } from '~/locales';
import retention from '../../../../src-tauri/crates/history/src/retention/mod.rs?raw';
import { changes, draftOf, goingOf, isTable, keepOf } from './keeping';

const rule = (name: KeepRow['rule'], keep: KeepRow['keep']): KeepRow => ({
  rule: name,
  keep,
  usual: null,
  tables: [],
  law: null,
  law_confirmed: true,
  choice: '',
});
const rules = [rule('numbers', { count: 90, unit: 'days' }), rule('contacts', null)];

describe('a time being typed', () => {
  test('is read as the hub reads it', () => {
    const typed = (count: string, unit: 'days' | 'months' | 'years' | 'forever'): unknown => keepOf({ rule: 'numbers', count, unit });
    expect(typed('90', 'days')).toEqual({ count: 90, unit: 'days' });
    expect(typed(' 2 ', 'years')).toEqual({ count: 2, unit: 'years' });
    expect(typed('', 'forever')).toBeNull();
    for (const wrong of ['', '0', '-1', '1.5', '1e3', 'noventa', '36501']) expect(typed(wrong, 'days'), wrong).toBeUndefined();
    expect(typed('101', 'years')).toBeUndefined();
    expect(typed('1200', 'months')).toEqual({ count: 1200, unit: 'months' });
  });
  test('comes back as it was', () => {
    for (const { rule, keep } of rules) expect(keepOf(draftOf(rule, keep))).toEqual(keep);
  });
});

describe('changes', () => {
  const drafts = rules.map(({ rule, keep }) => draftOf(rule, keep));
  test('are what differs from what holds', () => {
    expect(changes(rules, drafts)).toEqual([]);
    expect(changes(rules, [{ rule: 'numbers', count: '90', unit: 'months' }, draftOf('contacts', null)])).toEqual([
      { rule: 'numbers', keep: { count: 90, unit: 'months' } },
    ]);
    expect(changes(rules, [draftOf('numbers', null), { rule: 'contacts', count: '2', unit: 'years' }])).toEqual([
      { rule: 'numbers', keep: null },
      { rule: 'contacts', keep: { count: 2, unit: 'years' } },
    ]);
  });
  test('are none while a field makes no sense', () => {
    expect(changes(rules, [draftOf('contacts', null), { rule: 'numbers', count: 'x', unit: 'days' }])).toBeNull();
  });
});

describe('what would go', () => {
  const row = (rule: GoingRow['rule'], table: string, rows: number, oldest_ms: number | null): GoingRow => ({
    rule,
    table,
    rows,
    bytes: rows * 100,
    before_ms: 5_000,
    oldest_ms,
    oldest_kept_ms: null,
  });
  const going = [row('contacts', 'visit', 7, 2_000), row('contacts', 'attempt', 3, 1_000), row('rewind', 'segment', 0, null)];
  test('by rule and in all', () => {
    expect(goingOf(going, 'contacts')).toMatchObject({ rows: 10, bytes: 1_000, oldest: 1_000 });
    expect(goingOf(going, 'rewind')).toEqual({ rows: 0, bytes: 0, oldest: null, tables: [] });
    expect(goingOf(going).rows).toBe(10);
  });
});

test('every table that something is removed from has words in every language', () => {
  const named = [...retention.matchAll(/table: "([a-z_]+)"/g)].map(([, table]) => table ?? '');
  const body = /fn tables_of[\s\S]*?\n}/.exec(retention)?.[0] ?? '';
  const others = [...body.matchAll(/"([a-z_]+)"/g)].map(([, table]) => table ?? '');
  expect(others).toEqual(['party', 'segment', 'imported']);
  expect(named.length).toBeGreaterThan(10);
  for (const language of LANGUAGES) {
    const words = Object.keys(catalogues[language].keeping);
    expect([...named, ...others].filter((table) => !words.includes(`table.${table}`)), language).toEqual([]);
  }
  expect(isTable('visit') && !isTable('of_tomorrow')).toBe(true);
  // And no words for what is not there any more.
  const told = Object.keys(catalogues['pt-BR'].keeping).filter((key) => key.startsWith('table.'));
  expect(told.filter((key) => ![...named, ...others].includes(key.slice(6)))).toEqual([]);
});

test('sizes in the words of each language', () => {
  expect([0, 999, 1_000, 4_096, 1_234_567, 12_345_678_901].map((n) => bytes(n, 'pt-BR'))).toEqual(['0 B', '999 B', '1 kB', '4,1 kB', '1,2 MB', '12,3 GB']);
  expect(bytes(1_234_567, 'en')).toBe('1.2 MB');
});
