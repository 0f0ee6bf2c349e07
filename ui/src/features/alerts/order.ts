/** Which alerts stand, in which order, and what is folded away. Pure: the time is an argument. */
import type { AlertRow } from '~/bindings/AlertRow';

/** How bad an alert is. */
export type Severity = AlertRow['severity'];
/** Why an alert is folded away: it is counted, and asks for nobody. */
export type Fold = 'pending' | 'silenced' | 'inhibited' | 'no_data';
export const FOLDS: readonly Fold[] = ['pending', 'no_data', 'inhibited', 'silenced'];

const WEIGHT: Record<Severity, number> = { critical: 0, warning: 1, notice: 2 };
/** What nobody looks after comes before what somebody does, and that before what is getting well. */
const STATE: Partial<Record<AlertRow['state'], number>> = { firing: 0, acknowledged: 1, recovering: 2 };

/** True if it fired and nothing lies over it. */
export const stands = (alert: AlertRow): boolean => alert.state in STATE;
/** True if it stands and nobody looks after it. */
export const isFree = (alert: AlertRow): boolean => alert.state === 'firing' && alert.taken === null;
/** When it began to need somebody, Unix ms. */
export const began = (alert: AlertRow): number => alert.fired_ms ?? alert.since_ms;

/** Worst first; of the same, what nobody looks after; then the oldest. */
export function compare(a: AlertRow, b: AlertRow): number {
  return (
    WEIGHT[a.severity] - WEIGHT[b.severity] ||
    (STATE[a.state] ?? 3) - (STATE[b.state] ?? 3) ||
    began(a) - began(b) ||
    (a.id < b.id ? -1 : a.id > b.id ? 1 : 0)
  );
}

/** At least as bad. */
export const atLeast = (severity: Severity, least: Severity): boolean => WEIGHT[severity] <= WEIGHT[least];

/** Alerts of one rule among what is told together: shown as one line while they are several. */
export interface Group {
  readonly id: string;
  /** What the rule is called. */
  readonly name: string;
  readonly rule: string;
  /** Worst first. */
  readonly alerts: readonly AlertRow[];
}

/** Alerts that stand, grouped: groups in the order of their worst. */
export function groupsOf(alerts: readonly AlertRow[]): Group[] {
  const groups = new Map<string, { name: string; rule: string; alerts: AlertRow[] }>();
  for (const alert of [...alerts].sort(compare)) {
    const id = `${alert.rule} ${alert.group}`;
    const group = groups.get(id);
    if (group === undefined) groups.set(id, { name: alert.name, rule: alert.rule, alerts: [alert] });
    else group.alerts.push(alert);
  }
  return [...groups].map(([id, group]) => ({ id, ...group }));
}

/** What is standing, and what is folded away by why. */
export interface Split {
  readonly standing: readonly AlertRow[];
  readonly folded: Readonly<Record<Fold, readonly AlertRow[]>>;
}

/** Splits alerts. */
export function split(alerts: Iterable<AlertRow>): Split {
  const standing: AlertRow[] = [];
  const folded: Record<Fold, AlertRow[]> = { pending: [], silenced: [], inhibited: [], no_data: [] };
  for (const alert of alerts) {
    if (stands(alert)) standing.push(alert);
    else if (alert.state !== 'normal') folded[alert.state as Fold].push(alert);
  }
  for (const fold of FOLDS) folded[fold].sort(compare);
  return { standing, folded };
}

/** One line of the list: a group of several, an alert in it, or an alert alone. */
export type Line =
  | { readonly kind: 'group'; readonly id: string; readonly group: Group; readonly open: boolean }
  | { readonly kind: 'alert'; readonly id: string; readonly alert: AlertRow; readonly inside: boolean };

/** The lines of groups; those in `open` show their alerts. */
export function linesOf(groups: readonly Group[], open: ReadonlySet<string>): Line[] {
  const lines: Line[] = [];
  for (const group of groups) {
    const [first] = group.alerts;
    if (group.alerts.length === 1 && first !== undefined) {
      lines.push({ kind: 'alert', id: first.id, alert: first, inside: false });
      continue;
    }
    const isOpen = open.has(group.id);
    lines.push({ kind: 'group', id: `group ${group.id}`, group, open: isOpen });
    if (isOpen) for (const alert of group.alerts) lines.push({ kind: 'alert', id: alert.id, alert, inside: true });
  }
  return lines;
}

/** The alerts of a line. */
export const alertsOf = (line: Line): readonly AlertRow[] => (line.kind === 'group' ? line.group.alerts : [line.alert]);
