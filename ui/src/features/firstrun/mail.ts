/** Longest `mailto:` that the usual mail programs take whole, characters. */
const LONGEST = 1_900;

/** A `mailto:` with `text` as its body, or, where that is too long, with `paste` and the text to be put on the clipboard. */
export function mailAddress(subject: string, text: string, paste: string): { address: string; pasted: boolean } {
  const address = (body: string): string =>
    `mailto:?subject=${encodeURIComponent(subject)}&body=${encodeURIComponent(body.replace(/\r?\n/g, '\r\n'))}`;
  const whole = address(text);
  return whole.length <= LONGEST ? { address: whole, pasted: false } : { address: address(paste), pasted: true };
}
