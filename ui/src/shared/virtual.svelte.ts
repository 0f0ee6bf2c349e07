import { createSubscriber } from 'svelte/reactivity';

/** Rows drawn beyond each edge of what is seen, px, so that a quick scroll shows no hole. */
const OVERSCAN_PX = 240;

/** A list of up to this many rows is drawn whole: finding it on the page, or printing it, needs no scrolling. */
const WHOLE = 60;

/** Which rows to draw and how much room the others take. */
export interface Slice {
  readonly from: number;
  /** One past the last. */
  readonly to: number;
  /** Px above the first row drawn. */
  readonly before: number;
  /** Px below the last row drawn. */
  readonly after: number;
}

/** The slice of `count` rows of `height` px that shows in `[top, bottom)` px of the list's own coordinates. */
export function slice(count: number, height: number, top: number, bottom: number): Slice {
  if (count <= WHOLE) return { from: 0, to: count, before: 0, after: 0 };
  const from = Math.max(0, Math.min(count, Math.floor((top - OVERSCAN_PX) / height)));
  const to = Math.max(from, Math.min(count, Math.ceil((bottom + OVERSCAN_PX) / height)));
  return { from, to, before: from * height, after: (count - to) * height };
}

/**
 * Draws only the rows of a long list that can be seen. The list may be anywhere inside the scroller; rows have one
 * height. Short lists are drawn whole.
 */
export class Virtual {
  #list: HTMLElement | undefined = $state.raw();
  #scroller: HTMLElement | undefined = $state.raw();
  #follow: () => void;

  constructor(
    private readonly count: () => number,
    private readonly height: () => number,
  ) {
    this.#follow = createSubscriber((update) => {
      const scroller = this.#scroller;
      if (scroller === undefined) return;
      scroller.addEventListener('scroll', update, { passive: true });
      const resized = new ResizeObserver(update);
      resized.observe(scroller);
      return () => {
        scroller.removeEventListener('scroll', update);
        resized.disconnect();
      };
    });
  }

  /** Attachment for the element that holds the rows; its scroller is the nearest ancestor with `data-scroller`. */
  attach = (list: HTMLElement): (() => void) => {
    this.#list = list;
    this.#scroller = list.closest<HTMLElement>('[data-scroller]') ?? undefined;
    return () => {
      this.#list = undefined;
      this.#scroller = undefined;
    };
  };

  /** What to draw now. */
  get slice(): Slice {
    const [list, scroller, count] = [this.#list, this.#scroller, this.count()];
    if (list === undefined || scroller === undefined) return slice(count, this.height(), 0, 1_000);
    this.#follow();
    const top = scroller.getBoundingClientRect().top - list.getBoundingClientRect().top;
    return slice(count, this.height(), top, top + scroller.clientHeight);
  }

  /** Brings a row into view. `margin`: px kept free above it (a sticky header). */
  show(index: number, margin = 0): void {
    const [list, scroller] = [this.#list, this.#scroller];
    if (list === undefined || scroller === undefined) return;
    const start = list.getBoundingClientRect().top - scroller.getBoundingClientRect().top + scroller.scrollTop;
    const top = start + index * this.height();
    const bottom = top + this.height();
    if (top - margin < scroller.scrollTop) scroller.scrollTop = top - margin;
    else if (bottom > scroller.scrollTop + scroller.clientHeight) scroller.scrollTop = bottom - scroller.clientHeight;
  }
}
