import { describe, expect, test } from 'vitest';
import type { Partial } from '~/bindings/Partial';
import type { ReceivedRow } from '~/bindings/ReceivedRow';
import { zone } from '~/shared/format.svelte';
import { preferences } from '~/shared/preferences.svelte';
import examples from './examples.json';
import { asText, sheets } from './sheet';

const DAY = Date.UTC(2026, 10, 22, 3);
const HOUR = 3_600_000;
const row = (hour: number, offered: number, more: globalThis.Partial<ReceivedRow> = {}): ReceivedRow => ({
  from_ms: DAY + hour * HOUR,
  offered,
  answered: offered - 2,
  abandoned: 2,
  abandonment: offered === 0 ? null : 2 / offered,
  level: offered === 0 ? null : 0.9,
  asa_ms: 12_400,
  aht_ms: 250_000,
  few: false,
  provisional: false,
  incomplete: false,
  ...more,
});
const day: Partial = {
  from_ms: DAY,
  until_ms: DAY + 10.5 * HOUR,
  is_over: false,
  heard: 0.71,
  received: [
    { operation: 'sac', queues: ['SAC'], percent: 80, seconds: 20, has_level: true, hidden: [], hours: [row(8, 32), row(9, 1_120, { incomplete: true }), row(10, 8, { provisional: true })], total: row(0, 1_160) },
    { operation: 'service_desk_n3', queues: ['N3'], percent: 80, seconds: 60, has_level: false, hidden: ['sl'], hours: [row(9, 4)], total: row(0, 4) },
    { operation: 'sales', queues: ['Televendas'], percent: 80, seconds: 20, has_level: true, hidden: [], hours: [], total: row(0, 0) },
  ],
  called: [{ kind: 'collections', campaigns: ['Cobrança 30d'], goal: 180, projected: 201, hidden: [], hours: [{ from_ms: DAY + 9 * HOUR, attempts: 400, humans: 80, right_party: 31, results: 12 }], total: { from_ms: DAY, attempts: 400, humans: 80, right_party: 31, results: 12 } }],
};

describe('the partial', () => {
  zone.name = 'America/Sao_Paulo';
  const all = sheets(day);

  test('has a sheet for what happened, and none for what did not', () => {
    expect(all.map((sheet) => sheet.id)).toEqual(['r:sac', 'r:service_desk_n3', 'c:collections']);
  });

  test('marks what rests on few cases', () => {
    const few = { ...day, received: [{ ...day.received[0]!, hours: [row(8, 32), row(10, 8, { few: true })], total: row(0, 40, { few: true }) }] };
    const text = asText(sheets(few)[0]!);
    expect(text).toMatch(/\n08h {3}/);
    expect(text).toMatch(/\n10h\+° /);
    expect(text).toMatch(/\nTotal° /);
    expect(text).toContain('° menos de 10 casos');
  });

  test('of an invented centre says so', () => expect(asText(sheets(day, true)[0]!)).toContain('*Parcial · SAC*\ndados de exemplo\n'));

  test('as text stays aligned and short enough for a telephone', () => {
    const text = asText(all[0]!);
    const between = text.split('```')[1]!.trim().split('\n');
    expect(new Set(between.map((line) => line.length)).size).toBe(1);
    expect(between[0]!.length).toBeLessThanOrEqual(42);
    expect(between[1]).toMatch(/^08h\s+32\s+30\s+6,2\s+90,0\s+00:12\s+04:10$/);
    expect(between[2]).toMatch(/^09h\*\s+1\.120/);
    expect(between[3]).toMatch(/^10h\+\s+8/);
    expect(between.at(-1)).toMatch(/^Total\s+1\.160/);
    expect(text.startsWith('*Parcial · SAC*\n')).toBe(true);
    expect(text).toContain('dados de 71% do período');
    expect(text).toContain('meta 80% em até 20 s');
  });

  test('shows no seconds where people work on tickets, and says why', () => {
    expect(all[1]!.columns.map((column) => column.words)).not.toContain('NS %');
    expect(asText(all[1]!)).not.toContain('NS%');
    expect(all[1]!.notes[0]).toContain('chamados');
  });

  test('leaves out what a profile leaves out', () => {
    const hidden = { ...day.received[0]!, hidden: ['asa', 'abandonment_rate'] };
    const heads = sheets({ ...day, received: [hidden] })[0]!.columns.map((column) => column.short);
    expect(heads).toEqual(['Hora', 'Rec', 'Ate', 'NS%', 'TMA']);
  });

  test('sets results against the target of the day', () => {
    expect(all[2]!.about[1]).toBe('Meta do dia: 12 de 180 (6,6%) · projeção 201 (111,6%)');
    const told = (more: globalThis.Partial<Partial>, projected: number | null): string | undefined =>
      sheets({ ...day, ...more, called: [{ ...day.called[0]!, projected }] }).at(-1)!.about[1];
    expect(told({}, null)).toBe('Meta do dia: 12 de 180 (6,6%) · projeção —');
    expect(told({ is_over: true }, null)).toBe('Meta do dia: 12 de 180 (6,6%)');
    expect(all[2]!.rows).toEqual([['09h', '400', '80', '31', '12']]);
  });

  // The hub tells the same sheets by itself at each hour's edge: its tests read the same file.
  test('is word for word what the hub tells', () => {
    for (const [language, texts] of Object.entries(examples.texts)) {
      preferences.language = language as 'pt-BR' | 'en' | 'es';
      expect(sheets(examples.partial as Partial, true).map(asText)).toEqual(texts);
    }
    preferences.language = 'pt-BR';
  });
});
