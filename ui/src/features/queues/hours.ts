/** Hours as people type them. */

const DAY = 24 * 60;

/**
 * Minutes after midnight of `text`: "8", "8h", "8h30", "08:30", "0830". Midnight as a closing hour, "24h", is 0 of the
 * next day. `null` when it is no time of day.
 */
export function readTime(text: string): number | null {
  const match = /^(\d{1,2})(?:\s*[h:.]\s*(\d{2})?|(\d{2}))?\s*$/i.exec(text.trim());
  if (match === null) return null;
  const hours = Number(match[1]);
  const minutes = Number(match[2] ?? match[3] ?? '0');
  if (minutes > 59 || hours * 60 + minutes > DAY) return null;
  return (hours * 60 + minutes) % DAY;
}

/** Minutes after midnight as `08:30`, the form every language of the interface reads in a field. */
export function writeTime(minutes: number): string {
  const hours = Math.floor(minutes / 60) % 24;
  return `${String(hours).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;
}
