import { expect, test } from 'vitest';
import { firstLanguage } from './preferences.svelte';

test('Portuguese unless the system speaks Spanish', () => {
  expect(firstLanguage(['pt-BR', 'en'])).toBe('pt-BR');
  expect(firstLanguage(['es-AR', 'en'])).toBe('es');
  expect(firstLanguage(['en-US'])).toBe('pt-BR');
  expect(firstLanguage(['fr', 'es-MX'])).toBe('es');
});
test('the C locale and no locale at all', () => {
  expect(firstLanguage(['C'])).toBe('pt-BR');
  expect(firstLanguage([])).toBe('pt-BR');
});
