import { openCard, type CardOf } from './card';

/** One line of an explanation. */
export interface ExplainLine {
  readonly label: string;
  readonly value: string;
}

/** What a figure says of itself: what it is, its parts, since when, how complete and how old. */
export interface Explanation {
  readonly title: string;
  readonly definition: string;
  readonly lines: readonly ExplainLine[];
  /** Definition and version as the hub writes it, such as `sl.f4@1`. */
  readonly version?: string;
  /** The figure of the catalogue that it is: a click opens its card. */
  readonly card?: CardOf;
}

const HOVER_MS = 350;

/** The one explanation on screen, shared by every figure so that hundreds of them cost nothing. */
class Explain {
  #anchor: HTMLElement | null = $state.raw(null);
  #content: (() => Explanation) | null = $state.raw(null);
  #pinned = false;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** Element explained now. */
  get anchor(): HTMLElement | null {
    return this.#anchor;
  }
  /** What it says; follows the figure while shown. */
  get content(): Explanation | null {
    return this.#content?.() ?? null;
  }

  /** Shows an explanation beside `anchor`; pinned, it stays until dismissed. */
  show(anchor: HTMLElement, content: () => Explanation, pinned: boolean): void {
    clearTimeout(this.#timer);
    this.#anchor = anchor;
    this.#content = content;
    this.#pinned = pinned;
  }
  /** Hides it. */
  hide(): void {
    clearTimeout(this.#timer);
    this.#anchor = null;
    this.#content = null;
    this.#pinned = false;
  }

  /**
   * Attachment: hover or focus by keyboard shows what `content` says; a click opens its card, or where there is none keeps it on screen
   * until a second click or Escape.
   */
  on(content: () => Explanation): (anchor: HTMLElement) => () => void {
    return (anchor) => {
      const leave = (): void => {
        clearTimeout(this.#timer);
        // A figure that is taken away loses the focus while the page is still being drawn.
        queueMicrotask(() => this.#anchor === anchor && !this.#pinned && this.hide());
      };
      const enter = (): void => {
        clearTimeout(this.#timer);
        if (this.#pinned) return;
        this.#timer = setTimeout(() => this.show(anchor, content, false), HOVER_MS);
      };
      const focus = (): void => {
        if (anchor.matches(':focus-visible')) this.show(anchor, content, false);
      };
      const click = (event: MouseEvent): void => {
        event.stopPropagation();
        const { card } = content();
        if (card !== undefined) {
          this.hide();
          openCard(card);
        } else if (this.#anchor === anchor && this.#pinned) this.hide();
        else this.show(anchor, content, true);
      };
      // Enter is a click on a button; "?" asks the same of the figure that has the focus, and not for help.
      const key = (event: KeyboardEvent): void => {
        if (event.key !== '?') return;
        event.preventDefault();
        event.stopPropagation();
        anchor.click();
      };
      anchor.addEventListener('keydown', key);
      anchor.addEventListener('pointerenter', enter);
      anchor.addEventListener('pointerleave', leave);
      anchor.addEventListener('focus', focus);
      anchor.addEventListener('blur', leave);
      anchor.addEventListener('click', click);
      return () => {
        anchor.removeEventListener('keydown', key);
        anchor.removeEventListener('pointerenter', enter);
        anchor.removeEventListener('pointerleave', leave);
        anchor.removeEventListener('focus', focus);
        anchor.removeEventListener('blur', leave);
        anchor.removeEventListener('click', click);
        queueMicrotask(() => this.#anchor === anchor && this.hide());
      };
    };
  }
}

/** The explanation on screen. */
export const explain = new Explain();
