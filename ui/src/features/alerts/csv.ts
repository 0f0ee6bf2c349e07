/** Past alerts as a table for a spreadsheet. */
import type { PastAlertRow } from '~/bindings/PastAlertRow';
import { t } from '~/shared/i18n.svelte';
import { aboutWords } from './words';

/** A cell: quoted where it must be, and never taken for a formula. */
export function cell(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[";\r\n]/.test(safe) ? `"${safe.replace(/"/g, '""')}"` : safe;
}

/** RFC 3339 in UTC, without fractions. */
const instant = (ms: number | null): string => (ms === null ? '' : `${new Date(ms).toISOString().slice(0, 19)}Z`);
const pad = (n: number): string => String(n).padStart(2, '0');
/** `hh:mm:ss`. */
export function hhmmss(ms: number | null): string {
  if (ms === null) return '';
  const seconds = Math.max(0, Math.round(ms / 1_000));
  return `${pad(Math.floor(seconds / 3_600))}:${pad(Math.floor(seconds / 60) % 60)}:${pad(seconds % 60)}`;
}

const COLUMNS = ['alert', 'severity', 'rule', 'about', 'source', 'fired', 'taken', 'by', 'resolved', 'to_take', 'to_resolve'] as const;

/** The table: semicolons and a mark of its encoding, as spreadsheets here expect. */
export function csvOf(rows: readonly PastAlertRow[]): string {
  const lines = rows.map((row) => [
    String(row.alert),
    t(`alerts.severity.${row.severity}`),
    row.name,
    aboutWords(row),
    row.source_label,
    instant(row.fired_ms),
    instant(row.taken_ms),
    row.taken_by ?? '',
    instant(row.resolved_ms),
    hhmmss(row.taken_ms === null ? null : row.taken_ms - row.fired_ms),
    hhmmss(row.resolved_ms === null ? null : row.resolved_ms - row.fired_ms),
  ]);
  return `\uFEFF${[COLUMNS.map((column) => t(`alerts.csv.${column}`)), ...lines].map((line) => line.map(cell).join(';')).join('\r\n')}\r\n`;
}
