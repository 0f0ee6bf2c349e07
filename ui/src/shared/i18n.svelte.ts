import { catalogues, reference, type Language, type Part } from '~/locales';
import { choose, fill, type Message, type Wants } from './catalogue';
import { number } from './format';
import { preferences } from './preferences.svelte';

type Reference = typeof reference;
/** A key of the catalogue: `live.title`. */
export type Key = { [P in Part]: `${P}.${Extract<keyof Reference[P], string>}` }[Part];
type MessageOf<K extends Key> = K extends `${infer P extends Part}.${infer Name}`
  ? Name extends keyof Reference[P]
    ? Reference[P][Name]
    : never
  : never;
type Values<K extends Key> = [Wants<MessageOf<K>>] extends [never]
  ? []
  : [values: Readonly<Record<Wants<MessageOf<K>>, string | number>>];

/** The text of `key` in `language`. */
export function translate<K extends Key>(language: Language, key: K, ...[values]: Values<K>): string {
  const dot = key.indexOf('.');
  const part = catalogues[language][key.slice(0, dot) as Part] as Readonly<Record<string, Message>>;
  const message = part[key.slice(dot + 1)];
  if (message === undefined) return key;
  const given = (values ?? {}) as Readonly<Record<string, string | number>>;
  const n = typeof given['n'] === 'number' ? given['n'] : 0;
  // A number placed in a text is grouped as the language writes it.
  const written = Object.fromEntries(
    Object.entries(given).map(([name, value]) => [
      name,
      typeof value === 'number' ? number(value, language) : value,
    ]),
  );
  return fill(choose(message, n, language), written);
}

/** The text of `key` in the language chosen, and again when that changes. */
export function t<K extends Key>(key: K, ...values: Values<K>): string {
  return translate(preferences.language, key, ...values);
}
