import { readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

const SRC = fileURLToPath(new URL('..', import.meta.url));
const files = readdirSync(SRC, { recursive: true, encoding: 'utf8' }).filter((path) => /\.(ts|svelte)$/.test(path));

describe('the door to the host', () => {
  test('finds the sources', () => expect(files.length).toBeGreaterThan(30));

  test('only src/platform knows the desktop', () => {
    const guilty = files.filter(
      (path) => !path.startsWith('platform/') && /@tauri-apps|__TAURI/.test(readFileSync(SRC + path, 'utf8')),
    );
    expect(guilty).toEqual([]);
  });

  test('names and numbers of strangers stay text', () => {
    const guilty = files.filter(
      (path) => !path.endsWith('.test.ts') && /\{@html|innerHTML|insertAdjacentHTML/.test(readFileSync(SRC + path, 'utf8')),
    );
    expect(guilty).toEqual([]);
  });

  test("the system's language tag never reaches Intl", () => {
    const guilty = files.filter((path) => {
      const text = readFileSync(SRC + path, 'utf8');
      return /Intl\.\w+\(\s*(\)|undefined|navigator)/.test(text) || /toLocale\w*String\(\s*\)/.test(text);
    });
    expect(guilty).toEqual([]);
  });
});
