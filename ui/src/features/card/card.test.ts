import { describe, expect, test } from 'vitest';
import catalogue from '../../../../src-tauri/crates/metrics/src/catalogue.toml?raw';
import type { Card } from '~/bindings/Card';
import type { CardTerm } from '~/bindings/CardTerm';
import { catalogues, LANGUAGES, reference } from '~/locales';
import { idsIn } from '~/shared/card';
import { measureWords } from './words';

describe('the words of a card', () => {
  const measures = new Set([...catalogue.matchAll(/(?:top|bottom|of) = \[([^\]]*)\]/g)].flatMap(([, list]) => [...(list ?? '').matchAll(/"-?([a-z_]+)"/g)].map(([, name]) => name)));

  test('there are some for every part of every formula, in every language', () => {
    expect(measures.size).toBeGreaterThan(40);
    for (const language of LANGUAGES) {
      const known = Object.keys(catalogues[language].card);
      expect([...measures].filter((name) => !known.includes(`m.${name}`))).toEqual([]);
    }
    expect(Object.keys(reference.card).filter((key) => key.startsWith('m.')).filter((key) => !measures.has(key.slice(2)))).toEqual([]);
  });

  test('a limit is told in them', () => {
    const term = (measure: string): CardTerm => ({ measure, minus: false, is_time: false, size: 3 });
    const limits: Pick<Card, 'seconds' | 'short_seconds'> = { seconds: 20, short_seconds: 5 };
    expect(measureWords(term('answered_in_time'), limits)).toBe('atendidas em até 20 s');
    expect(measureWords(term('short_abandoned'), limits)).toBe('abandonos curtos, até 5 s');
    expect(measureWords(term('of_tomorrow'), limits)).toBe('of_tomorrow');
  });

  test('ids in an address may hold anything', () => {
    expect(idsIn(null)).toEqual([]);
    expect(idsIn(['1/fila nova', '2/50% off'].map(encodeURIComponent).join(' '))).toEqual(['1/fila nova', '2/50% off']);
    expect(idsIn('1/50%')).toEqual(['1/50%']);
  });
});
