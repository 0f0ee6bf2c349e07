/** Text as it is compared: lower case, without accents, one space between words. */
export function plain(text: string): string {
  return text
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/\s+/g, ' ')
    .trim();
}

/**
 * True if every word of `query` begins a word of one of the `texts` or, for words of digits, stands anywhere in them.
 * An empty query matches everything.
 */
export function matches(query: string, texts: readonly (string | null | undefined)[]): boolean {
  const words = plain(query).split(' ').filter(Boolean);
  if (words.length === 0) return true;
  const haystack = ` ${texts
    .filter((text) => text !== null && text !== undefined)
    .map(plain)
    .join(' ')
    .replace(/[^\p{L}\p{N}]+/gu, ' ')}`;
  const digits = texts.map((text) => (text ?? '').replace(/\D+/g, '')).join(' ');
  return words.every((word) => {
    const clean = word.replace(/[^\p{L}\p{N}]+/gu, ' ').trim();
    if (clean === '') return true;
    return haystack.includes(` ${clean}`) || (/^\d+$/.test(clean) && digits.includes(clean));
  });
}
