import { LANGUAGES, type Language } from '~/locales';

/** Colours: one of the two themes, or whichever the system asks for. */
export type ThemeChoice = 'auto' | 'noite' | 'dia';
/** How close the rows are. */
export type Density = 'comfortable' | 'compact';

const KEY = 'mirante.preferences';

interface Stored {
  theme: ThemeChoice;
  language: Language;
  density: Density;
}

/**
 * Portuguese unless the system speaks Spanish: many desks in Brazil run a system in English, so English is chosen, not
 * guessed. The system's own tag never reaches Intl (under LANG=C it is "C", which Intl refuses).
 */
export function firstLanguage(tags: readonly string[]): Language {
  const known = tags.map((tag) => tag.toLowerCase().slice(0, 2)).find((tag) => ['pt', 'en', 'es'].includes(tag));
  return known === 'es' ? 'es' : 'pt-BR';
}

function load(): Stored {
  const fresh: Stored = {
    theme: 'auto',
    language: firstLanguage(typeof navigator === 'undefined' ? [] : (navigator.languages ?? [])),
    density: 'comfortable',
  };
  try {
    const kept = JSON.parse(localStorage.getItem(KEY) ?? '{}') as Partial<Stored>;
    if (kept.theme === 'noite' || kept.theme === 'dia') fresh.theme = kept.theme;
    if (kept.density === 'compact') fresh.density = 'compact';
    if (kept.language !== undefined && LANGUAGES.includes(kept.language)) fresh.language = kept.language;
  } catch {
    // No storage, or not ours: the defaults serve.
  }
  return fresh;
}

/** What this face's user chose; kept on this computer. */
class Preferences {
  #kept: Stored = $state(load());
  #systemDark = $state(true);

  get language(): Language {
    return this.#kept.language;
  }
  set language(value: Language) {
    this.#kept.language = value;
    this.#save();
  }
  get density(): Density {
    return this.#kept.density;
  }
  set density(value: Density) {
    this.#kept.density = value;
    this.#save();
  }
  get themeChoice(): ThemeChoice {
    return this.#kept.theme;
  }
  set themeChoice(value: ThemeChoice) {
    this.#kept.theme = value;
    this.#save();
  }
  /** The theme in force. */
  get theme(): 'noite' | 'dia' {
    if (this.#kept.theme !== 'auto') return this.#kept.theme;
    return this.#systemDark ? 'noite' : 'dia';
  }

  /** Follows the system's colours and writes the choices on the page. Call once, inside an effect root. */
  start(): void {
    const light = matchMedia('(prefers-color-scheme: light)');
    this.#systemDark = !light.matches;
    light.addEventListener('change', () => (this.#systemDark = !light.matches));
    $effect(() => {
      const page = document.documentElement;
      page.dataset['theme'] = this.theme;
      page.dataset['density'] = this.density;
      page.lang = this.language;
    });
  }

  #save(): void {
    try {
      localStorage.setItem(KEY, JSON.stringify(this.#kept));
    } catch {
      // A choice that cannot be kept still holds until the window closes.
    }
  }
}

/** The user's choices. */
export const preferences = new Preferences();
