import { describe, expect, test } from 'vitest';
import { LANGUAGES, catalogues, type Language } from '~/locales';
import { choose, fill, type Message } from './catalogue';

const texts = (message: Message): string[] => (typeof message === 'string' ? [message] : [message.one, message.other]);
const all = (language: Language): Map<string, Message> =>
  new Map(
    Object.entries(catalogues[language]).flatMap(([part, messages]) =>
      Object.entries(messages as Record<string, Message>).map(([key, message]) => [`${part}.${key}`, message] as const),
    ),
  );
const placeholders = (message: Message): string[] =>
  [...new Set(texts(message).flatMap((text) => [...text.matchAll(/\{(\w+)\}/g)].map((m) => m[1] ?? '')))].sort();

describe('the catalogues', () => {
  test.each(LANGUAGES)('%s has every key, none empty, with the same places for values', (language) => {
    const ours = all(language);
    const theirs = all('pt-BR');
    expect([...ours.keys()].sort()).toEqual([...theirs.keys()].sort());
    for (const [key, message] of ours) {
      for (const text of texts(message)) expect(text.trim(), `${language} ${key}`).not.toBe('');
      const wanted = placeholders(theirs.get(key) ?? '');
      expect(placeholders(message), `${language} ${key}`).toEqual(wanted);
    }
  });

  test.each(LANGUAGES)('%s speaks calmly: no exclamation', (language) => {
    for (const [key, message] of all(language)) for (const text of texts(message)) expect(text, key).not.toMatch(/[!¡]/);
  });
});

/** Fixed words of the product, by concept. A catalogue must hold each, alone or inside a sentence. */
const FIXED: Record<string, Record<Language, string>> = {
  'live view': { 'pt-BR': 'Ao vivo', en: 'Live', es: 'En vivo' },
  wallboard: { 'pt-BR': 'Painel', en: 'Wallboard', es: 'Panel' },
  campaigns: { 'pt-BR': 'Campanhas', en: 'Campaigns', es: 'Campañas' },
  'complete data': { 'pt-BR': 'dados completos', en: 'complete data', es: 'datos completos' },
  coverage: { 'pt-BR': 'dados de {percent}% do período', en: 'data for {percent}% of the period', es: 'datos del {percent}% del período' },
  'nobody waiting': { 'pt-BR': 'ninguém', en: 'nobody', es: 'nadie' },
  'connection lost': { 'pt-BR': 'sem conexão com', en: 'no connection to', es: 'sin conexión con' },
  'no data': { 'pt-BR': 'sem dados', en: 'no data', es: 'sin datos' },
  'service level': { 'pt-BR': 'NS ', en: 'SL ', es: 'NS ' },
  ASA: { 'pt-BR': 'TME', en: 'ASA', es: 'TME' },
  AHT: { 'pt-BR': 'TMA', en: 'AHT', es: 'TMO' },
  ACW: { 'pt-BR': 'pós', en: 'wrap-up', es: 'pos' },
  'ring no answer': { 'pt-BR': 'toques não atendidos (RNA)', en: 'ring no answer', es: 'timbrado sin respuesta' },
  outside: { 'pt-BR': 'em ligação fora da fila', en: 'on a call outside the queue', es: 'en llamada fuera de la cola' },
  agent: { 'pt-BR': 'Operador', en: 'Agent', es: 'Agente' },
  PBX: { 'pt-BR': 'PABX', en: 'PBX', es: 'central' },
  'within the target': { 'pt-BR': '% em até {seconds} s', en: '% within {seconds} s', es: '% en hasta {seconds} s' },
  'talking state': { 'pt-BR': 'em atendimento', en: 'talking', es: 'en llamada' },
};
/** Words that mean something else to a supervisor. */
const NEVER: Record<Language, RegExp> = {
  'pt-BR': /\bcobertura\b|\bcob\.|\bhíbrid[oa]\b|\bconferência\b|\bparad[oa]\b|\bqueda\b|\bgravado\b/i,
  en: /\bcoverage\b/i,
  es: /\bcobertura\b/i,
};

describe('the fixed words', () => {
  for (const language of LANGUAGES) {
    const said = [...all(language).values()].flatMap(texts);
    test.each(Object.entries(FIXED))(`${language}: %s`, (_, words) => {
      expect(said.some((text) => text.includes(words[language]))).toBe(true);
    });
    test(`${language}: no word that means something else`, () => {
      const wrong = [...all(language)].filter(
        ([, message]) => texts(message).some((text) => NEVER[language].test(text)),
      );
      expect(wrong.map(([key]) => key)).toEqual([]);
    });
  }
});

describe('messages', () => {
  test('values take their places; a missing one stays seen', () => {
    expect(fill('{a} de {b}', { a: 1, b: 'x' })).toBe('1 de x');
    expect(fill('{a} de {b}', { a: 1 })).toBe('1 de {b}');
    expect(fill('{a}', { a: '{b} <script>', b: 'no' })).toBe('{b} <script>');
  });
  test('plurals by language: zero is singular in Portuguese only', () => {
    const message = { one: 'um', other: 'muitos' };
    expect(choose(message, 1, 'pt-BR')).toBe('um');
    expect(choose(message, 0, 'pt-BR')).toBe('um');
    expect(choose(message, 0, 'en')).toBe('muitos');
    expect(choose(message, 2, 'es')).toBe('muitos');
    expect(choose(message, 1_000_000, 'pt-BR')).toBe('muitos');
  });
});
