/** Width of a text in the board's figure style, in em: so that a figure fills its tile and never leaves it. */

/** Advance of characters in Inter at weight 650 with tabular figures and −0.045 em of tracking. */
const NARROW = 0.27;
const DIGIT = 0.6;
const LETTER = 0.58;
const WIDE = 0.88;

/** Estimated width of `text`, em; never under one digit. */
export function widthEm(text: string): number {
  let width = 0;
  for (const character of text) {
    if (/[\d—⌀]/.test(character)) width += DIGIT;
    else if (/[.,:;'il| ]/.test(character)) width += NARROW;
    else if (/[mwMW%]/.test(character)) width += WIDE;
    else width += LETTER;
  }
  return Math.max(width, DIGIT);
}
