import { t } from '~/shared/i18n.svelte';
import type { Sheet } from './sheet';

/** Px of the picture for each of its own: sharp when a chat shows it large. */
const SCALE = 2;
const [WIDTH, EDGE, ROW, HEAD] = [760, 28, 34, 118];

/** Draws a sheet in the colours of the page. `mark`: the product's, once it is loaded. */
export function draw(canvas: HTMLCanvasElement, sheet: Sheet, mark: CanvasImageSource | null): void {
  const style = getComputedStyle(document.documentElement);
  const colour = (name: string): string => style.getPropertyValue(`--${name}`).trim();
  const family = style.getPropertyValue('--font').trim();
  const rows = sheet.rows.length + 1;
  const height = HEAD + ROW * (rows + 1) + 26 + 20 * sheet.notes.length + EDGE;
  canvas.width = WIDTH * SCALE;
  canvas.height = height * SCALE;
  const pen = canvas.getContext('2d');
  if (pen === null) return;
  pen.scale(SCALE, SCALE);
  pen.textBaseline = 'middle';
  const write = (words: string, x: number, y: number, size: number, weight: number, ink: string, align: CanvasTextAlign = 'left', most?: number): void => {
    pen.font = `${weight} ${size}px ${family}`;
    pen.fillStyle = colour(ink);
    pen.textAlign = align;
    pen.fillText(words, x, y, most);
  };
  const rule = (y: number, ink: string): void => {
    pen.fillStyle = colour(ink);
    pen.fillRect(EDGE, y, WIDTH - 2 * EDGE, 1);
  };

  pen.fillStyle = colour('panel');
  pen.fillRect(0, 0, WIDTH, height);
  if (mark !== null) pen.drawImage(mark, EDGE, 26, 44, 44);
  write(`${t('partial.short')} · ${sheet.title}`, EDGE + 58, 38, 22, 650, 'text', 'left', WIDTH - 2 * EDGE - 58);
  write(sheet.about.join(' · '), EDGE + 58, 64, 14, 400, 'text-2', 'left', WIDTH - 2 * EDGE - 58);

  // The hour on the left, figures to the right of columns of one width.
  const first = 110;
  const step = (WIDTH - 2 * EDGE - first) / Math.max(1, sheet.columns.length - 1);
  const line = (words: readonly string[], y: number, size: number, weight: number, ink: string): void =>
    words.forEach((word, at) => (at === 0 ? write(word, EDGE, y, size, weight, ink) : write(word, EDGE + first + step * at, y, size, weight, ink, 'right', step - 6)));
  line(
    sheet.columns.map((column) => column.words),
    HEAD,
    13,
    500,
    'text-2',
  );
  rule(HEAD + ROW / 2, 'line-strong');
  sheet.rows.forEach((row, nth) => {
    const y = HEAD + ROW * (nth + 1);
    line(row, y, 16, 450, 'text');
    if (nth + 1 < sheet.rows.length) rule(y + ROW / 2, 'line');
  });
  const end = HEAD + ROW * rows;
  rule(end - ROW / 2, 'line-strong');
  line(sheet.total, end, 17, 680, 'text');
  sheet.notes.forEach((note, nth) => write(note, EDGE, end + ROW + 4 + 20 * nth, 12.5, 400, 'text-2', 'left', WIDTH - 2 * EDGE - 90));
  write('Mirante', WIDTH - EDGE, height - EDGE + 4, 12.5, 600, 'text-3', 'right');
}

/** What `canvas` shows as a PNG. */
export const pngOf = (canvas: HTMLCanvasElement): Promise<Blob> =>
  new Promise((resolve, reject) => canvas.toBlob((blob) => (blob === null ? reject(new Error('no picture')) : resolve(blob)), 'image/png'));

/** Copies a picture. Resolves to false when this host does not allow it. */
export async function copyPicture(canvas: HTMLCanvasElement): Promise<boolean> {
  try {
    // The promise goes in as it is: a browser lets a click copy only what was promised within it.
    await navigator.clipboard.write([new ClipboardItem({ 'image/png': pngOf(canvas) })]);
    return true;
  } catch {
    return false;
  }
}

/** The product's mark, ready to be drawn; `null` where it does not come. */
export async function productMark(): Promise<CanvasImageSource | null> {
  const image = new Image();
  image.src = '/mirante.svg';
  try {
    await image.decode();
    return image;
  } catch {
    return null;
  }
}
