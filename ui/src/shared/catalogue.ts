// The shape of the catalogues. Portuguese is the reference: a key it has and another language lacks, or the other way
// round, does not compile.

/** A text that changes with a number `n`. `other` serves every case that has no text of its own. */
export interface Plural {
  readonly one: string;
  readonly other: string;
}

/** A text of a catalogue. */
export type Message = string | Plural;

/** The type that a translation of the catalogue `T` must have. */
export type Translation<T extends Record<string, Message>> = {
  readonly [K in keyof T]: T[K] extends string ? string : Plural;
};

/** The names in braces of a text: `'{n} de {total}'` has `n` and `total`. */
export type Placeholders<S extends string> = S extends `${string}{${infer P}}${infer Rest}` ? P | Placeholders<Rest> : never;

/** The values that a message wants. A plural always wants `n`. */
export type Wants<M> = M extends string
  ? Placeholders<M>
  : M extends Plural
    ? 'n' | Placeholders<M['one']> | Placeholders<M['other']>
    : never;

/** Puts values in the places in braces. A place without a value stays as it is, so that it is seen. */
export function fill(text: string, values: Readonly<Record<string, string | number>>): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = values[name];
    return value === undefined ? whole : String(value);
  });
}

/** Chooses the text of a plural for `n` in `locale`. */
export function choose(message: Message, n: number, locale: string): string {
  if (typeof message === 'string') return message;
  return new Intl.PluralRules(locale).select(n) === 'one' ? message.one : message.other;
}
