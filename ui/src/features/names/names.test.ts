import { describe, expect, it } from 'vitest';
import type { NameRow } from '~/bindings/NameRow';
import { fileText } from '~/shared/file-text';
import { canApply, choicesOf, countByStatus, pickedAtFirst, shown } from './names';

function row(line: number, over: Partial<NameRow> = {}): NameRow {
  return { line, of: 'agent', key: String(2100 + line), present: null, name: `Pessoa ${line}`, status: 'new', why: null, ...over };
}

const ROWS = [
  row(1),
  row(2, { status: 'changed', present: 'Ana', name: 'Ângela <b>Souza</b>' }),
  row(3, { status: 'same' }),
  row(4, { status: 'unknown' }),
  row(5, { status: 'invalid', name: '', why: 'no_name' }),
  row(6, { of: 'queue', key: '8001', name: 'SAC' }),
];

describe('rows of a file of names', () => {
  it('are counted by what they would do', () => expect(countByStatus(ROWS)).toEqual({ new: 2, changed: 1, unknown: 1, same: 1, invalid: 1 }));
  it('are filtered by status, kind and words, accents aside', () => {
    const lines = (filter: Partial<Parameters<typeof shown>[1]>): number[] =>
      shown(ROWS, { status: 'all', of: 'all', search: '', ...filter }).map((r) => r.line);
    expect(lines({})).toEqual([1, 2, 3, 4, 5, 6]);
    expect(lines({ status: 'changed' })).toEqual([2]);
    expect(lines({ of: 'queue' })).toEqual([6]);
    expect(lines({ search: 'angela' })).toEqual([2]);
    expect(lines({ search: '8001' })).toEqual([6]);
  });
  it('are applied unless the PBX has not shown them or they make no sense', () => {
    expect([...pickedAtFirst(ROWS)]).toEqual([1, 2, 6]);
    expect(ROWS.filter(canApply).map((r) => r.line)).toEqual([1, 2, 4, 6]);
    expect(choicesOf(ROWS, new Set([2, 3, 4, 5]))).toEqual([
      { of: 'agent', key: '2102', name: 'Ângela <b>Souza</b>' },
      { of: 'agent', key: '2104', name: 'Pessoa 4' },
    ]);
  });
  it('come from bytes of any kind', async () => {
    expect(await fileText(new Blob([new Uint8Array([0xff, 0x00, 0x41])]))).toBe('/wBB');
    expect((await fileText(new Blob([new Uint8Array(100_000)]))).length).toBe(133_336);
  });
});
