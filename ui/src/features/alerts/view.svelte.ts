import { SvelteSet } from 'svelte/reactivity';
import type { AlertRow } from '~/bindings/AlertRow';
import { matches } from '~/shared/search';
import { FOLDS, alertsOf, atLeast, groupsOf, linesOf, split, type Fold, type Line, type Severity } from './order';
import { paced } from './paced.svelte';
import { aboutWords } from './words';

/** What the page of alerts shows: the feed through the filters, in order. */
export class AlertsView {
  search = $state('');
  /** Empty: any. */
  severity: Severity | '' = $state('');
  readonly open = new SvelteSet<string>();
  readonly unfolded = new SvelteSet<Fold>();
  readonly marked = new SvelteSet<string>();

  #all = $derived(split(paced.alerts.values()));
  #split = $derived(
    this.search === '' && this.severity === ''
      ? this.#all
      : split(
          [...paced.alerts.values()].filter(
            (alert) =>
              (this.severity === '' || atLeast(alert.severity, this.severity)) &&
              matches(this.search, [alert.name, aboutWords(alert), alert.subject, alert.source_label, alert.taken?.by]),
          ),
        ),
  );
  #standing = $derived(linesOf(groupsOf(this.#split.standing), this.open));
  #lines = $derived([
    ...this.#standing,
    ...FOLDS.filter((fold) => this.unfolded.has(fold)).flatMap((fold) => this.#split.folded[fold].map((alert): Line => ({ kind: 'alert', id: alert.id, alert, inside: false }))),
  ]);
  #markedRows = $derived([...this.marked].flatMap((id) => paced.alerts.get(id) ?? []));

  /** Lines on screen. */
  get lines(): readonly Line[] {
    return this.#lines;
  }
  /** How many alerts stand, whatever the filter. */
  get standing(): number {
    return this.#all.standing.length;
  }
  /** How many of them nobody looks after. */
  get free(): number {
    return paced.free.n;
  }
  /** Alerts of the filter that are folded away. */
  get folded(): Readonly<Record<Fold, readonly AlertRow[]>> {
    return this.#split.folded;
  }
  /** Marked alerts that are still there. */
  get markedRows(): readonly AlertRow[] {
    return this.#markedRows;
  }
  get isFiltered(): boolean {
    return this.search !== '' || this.severity !== '';
  }

  clear(): void {
    this.search = '';
    this.severity = '';
  }
  toggle(line: Line): void {
    if (line.kind !== 'group') return;
    if (!this.open.delete(line.group.id)) this.open.add(line.group.id);
  }
  isMarked(line: Line): boolean {
    return alertsOf(line).every((alert) => this.marked.has(alert.id));
  }
  mark(line: Line): void {
    const on = !this.isMarked(line);
    for (const alert of alertsOf(line)) {
      if (on) this.marked.add(alert.id);
      else this.marked.delete(alert.id);
    }
  }
  markAll(): void {
    for (const line of this.#lines) for (const alert of alertsOf(line)) this.marked.add(alert.id);
  }
  /** What is over asks for nothing any more. */
  forget(): void {
    for (const id of this.marked) if (!paced.alerts.has(id)) this.marked.delete(id);
  }
}

/** The page of alerts: it keeps its filters while other pages are visited. */
export const view = new AlertsView();
