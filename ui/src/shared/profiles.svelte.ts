import type { Judging } from '~/bindings/Judging';
import { command } from '~/platform';
import { t } from './i18n.svelte';
import { preferences } from './preferences.svelte';

/** Why operations and kinds of campaign do not look at some figures, and the shifts that windows may be of: asked once. */
class Profiles {
  #judging: Judging | null = $state.raw(null);
  #asked = '';

  /** What the hub told, if it did. */
  get judging(): Judging | null {
    return this.#judging;
  }

  /** Asks in the language of this face; again when that changes, or when something was decided (`anew`). */
  load(anew = false): void {
    const { language } = preferences;
    if (this.#asked === language && !anew) return;
    this.#asked = language;
    void command({ do: 'judging', language }).then(
      (reply) => {
        if (reply.is === 'judging') this.#judging = reply.value;
      },
      () => (this.#asked = ''),
    );
  }

  /** Why a column, such as `sl` or `right_party`, is not shown of an operation or a kind of campaign. */
  why(kind: 'operation' | 'campaigns', id: string | null, column: string): string {
    const profile = this.#judging?.profiles.find(({ of }) => of.kind === kind && of.id === id);
    const variants = this.#judging?.families.find((family) => family.id === column)?.variants.map((variant) => variant.id) ?? [column];
    const hidden = profile?.indicators.find((indicator) => !indicator.shown && variants.includes(indicator.id));
    return hidden?.why ?? t('live.hidden_why');
  }

  /** What an operation would look at if a source told tickets: `Idade do backlog`, …; and why it does not. */
  tickets(operation: string | null): { readonly names: readonly string[]; readonly why: string } | null {
    const profile = this.#judging?.profiles.find(({ of }) => of.kind === 'operation' && of.id === operation);
    const fixed = profile?.indicators.filter((indicator) => indicator.fixed) ?? [];
    const [first] = fixed;
    return first === undefined ? null : { names: fixed.map((indicator) => indicator.name), why: first.why ?? '' };
  }
}

/** The profiles. */
export const profiles = new Profiles();
