import { MediaQuery } from 'svelte/reactivity';
import { preferences } from './preferences.svelte';

const narrow = new MediaQuery('(max-width: 1499px)');
const huge = new MediaQuery('(min-width: 2600px)');

/** What the window's size asks of the layout, where CSS alone cannot answer. */
export const display = {
  /** People become a drawer. */
  get narrow(): boolean {
    return narrow.current;
  },
  /** Height of a row with two lines of text, px. */
  get row(): number {
    const base = preferences.density === 'compact' ? 44 : 54;
    return huge.current ? Math.round(base * 1.25) : base;
  },
  /** Height of a row with one line of text, px. */
  get line(): number {
    const base = preferences.density === 'compact' ? 32 : 38;
    return huge.current ? Math.round(base * 1.25) : base;
  },
};
