/** Who changed what figures are made and judged by, in words. */
import type { ChangeRow } from '~/bindings/ChangeRow';
import type { JudgedRow } from '~/bindings/JudgedRow';
import type { Judging } from '~/bindings/Judging';
import type { ScopeRow } from '~/bindings/ScopeRow';
import { clockTime, zone } from '~/shared/format.svelte';
import { t } from '~/shared/i18n.svelte';
import { preferences } from '~/shared/preferences.svelte';
import { sameScope } from './judging';
import { dayText } from './words';

/** "22/11 14:03". */
export function momentWords(ms: number): string {
  const day = new Intl.DateTimeFormat(preferences.language, { day: '2-digit', month: '2-digit', timeZone: zone.name }).format(ms);
  return `${day} ${clockTime(ms)}`;
}

/** What a change is about: a scope, or the operation or kind of campaign of a profile; holidays are everybody's. */
export function scopeOfChange(change: JudgedRow): ScopeRow | null {
  switch (change.what) {
    case 'rule':
    case 'no_rule':
    case 'goal':
    case 'no_goal':
      return change.is.scope;
    default:
      return null;
  }
}

/** Whether a change belongs on the page of a scope: its own, its operation's or kind's profile, and holidays. */
export function isOf(change: JudgedRow, scope: ScopeRow, profile: { readonly kind: string; readonly id: string } | null): boolean {
  if (change.what === 'holidays') return true;
  if (change.what === 'profile' || change.what === 'no_profile') return profile !== null && change.is.of.kind === profile.kind && change.is.of.id === profile.id;
  const of = scopeOfChange(change);
  return of !== null && sameScope(of, scope);
}

/** What was changed, in a line. */
export function changeWords(change: JudgedRow, judging: Judging): string {
  const figure = (id: string): string =>
    judging.figures.find((known) => known.id === id)?.name ??
    judging.profiles.flatMap((profile) => profile.indicators).find((indicator) => indicator.id === id)?.name ??
    id;
  switch (change.what) {
    case 'rule': {
      const { percent, seconds, short_seconds, formulas, from } = change.is;
      const names = formulas.map((id) => judging.families.flatMap((family) => family.variants).find((variant) => variant.id === id)?.name ?? id);
      const parts = [
        percent === null ? '' : t('goals.limit', { percent, seconds: seconds ?? 0 }),
        short_seconds === null ? '' : t('judging.short_is', { seconds: short_seconds }),
        ...names,
      ].filter(Boolean);
      return `${parts.join(' · ')} · ${dayText(from)}`;
    }
    case 'no_rule':
      return t('judging.change.no_rule', { day: dayText(change.is.from) });
    case 'goal':
      return `${t('judging.change.goal', { figure: figure(change.is.definition) })} · ${dayText(change.is.from)}`;
    case 'no_goal':
      return `${t('judging.change.no_goal', { figure: figure(change.is.definition) })} · ${dayText(change.is.from)}`;
    case 'profile':
      return `${t(change.is.shown ? 'judging.change.shown' : 'judging.change.hidden', { figure: figure(change.is.indicator) })} · ${change.is.why}`;
    case 'no_profile':
      return t('judging.change.no_profile', { figure: figure(change.is.indicator) });
    case 'holidays':
      return t('judging.change.holidays', { n: change.is.length });
  }
}

/** Who last changed a queue's own rule: "marina, 22/11 14:03"; empty if nobody did. */
export function lastOf(judging: Judging, queue: string): string {
  const is = ({ change }: ChangeRow): boolean => {
    const of = change.what === 'rule' || change.what === 'no_rule' ? change.is.scope : null;
    return of !== null && of.kind === 'queue' && of.id === queue;
  };
  const last = judging.changes.find(is);
  return last === undefined ? '' : t('judging.changed_by', { by: last.by, at: momentWords(last.at_ms) });
}
