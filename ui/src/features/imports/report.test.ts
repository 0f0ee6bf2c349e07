import { describe, expect, it } from 'vitest';
import type { ReportMapping } from '~/bindings/ReportMapping';
import { anew, divider, lines, outcome, refusal, sourceName, why, withColumn, withMeaning } from './report';

const mapping: ReportMapping = {
  header: 3,
  sheet: null,
  dates: 'dmy',
  unit: 's',
  short: 'ms',
  queue_name: 'SAC',
  columns: { entered: 'Data', wait: 'Espera' },
  outcomes: {},
};

describe('a mapping', () => {
  it('lets a column say one thing only', () => {
    const changed = withColumn(mapping, 'talk', 'Espera');
    expect(changed.columns).toEqual({ entered: 'Data', talk: 'Espera' });
    expect(withColumn(changed, 'talk', '').columns).toEqual({ entered: 'Data' });
  });
  it('gives up the one queue of all once a column names it', () => {
    expect(withColumn(mapping, 'queue', 'Fila').queue_name).toBeNull();
    expect(withColumn(mapping, 'talk', 'Conversa').queue_name).toBe('SAC');
  });
  it('explains words, and takes it back', () => {
    const said = withMeaning(mapping, 'Perdida', 'abandoned');
    expect(said.outcomes).toEqual({ Perdida: 'abandoned' });
    expect(withMeaning(said, 'Perdida', '').outcomes).toEqual({});
  });
  it('is guessed anew for another sheet', () => {
    expect(anew(mapping, { sheet: 'B' })).toMatchObject({ header: null, sheet: 'B', columns: {} });
  });
});

it('words of a newer hub are said in general', () => {
  expect([why('negative'), why('brand_new')]).toEqual(['negative', 'other']);
  expect([refusal('web_page'), refusal('brand_new')]).toEqual(['web_page', 'read']);
  expect([outcome('timeout'), outcome('brand_new')]).toEqual(['timeout', 'unknown']);
  expect([divider('\t'), divider('?')]).toEqual(['tab', 'comma']);
});

it('places are told by line, and bounded', () => {
  const place = (first: number, last = first) => ({ first, last, why: 'cell', field: 'wait' as const });
  const places = [place(4), place(7, 9), { ...place(5), field: null }];
  expect(lines(places, 'cell', 'wait')).toEqual({ text: '4, 7–9', more: false });
  expect(lines(places, 'cell', 'wait', 1)).toEqual({ text: '4', more: true });
});

it('a source is called as its files without what tells months apart', () => {
  expect(sourceName('chamadas_2026-03.csv')).toBe('chamadas');
  expect(sourceName('Relatório (2).xlsx')).toBe('Relatório');
  expect(sourceName('2026-03.csv')).toBe('2026-03');
});
