import type { CardAsked } from '~/bindings/CardAsked';
import type { CardPart } from '~/bindings/CardPart';
import type { CardRow } from '~/bindings/CardRow';
import { CommandError, command } from '~/platform';

/** Rows that the hub tells at a time. */
const PAGE = 500;

/** The rows behind a figure, brought page by page as somebody scrolls to them. */
export class Behind {
  #pages: ReadonlyMap<number, readonly CardRow[]> = $state.raw(new Map());
  #total = $state(0);
  #loaded = $state(false);
  #error: CommandError | null = $state.raw(null);
  #question: { readonly asked: CardAsked; readonly part: CardPart } | null = null;
  #asked = new Set<number>();
  #failed = 0;

  get total(): number {
    return this.#total;
  }
  get loaded(): boolean {
    return this.#loaded;
  }
  get error(): CommandError | null {
    return this.#error;
  }

  /** Forgets what there was and brings the first page of another list. */
  begin(asked: CardAsked, part: CardPart): void {
    this.#question = { asked, part };
    this.#asked = new Set();
    this.#pages = new Map();
    this.#total = 0;
    this.#loaded = false;
    this.#error = null;
    void this.#bring(0);
  }

  /** Brings the pages of the rows that are shown. */
  need(from: number, to: number): void {
    for (let page = Math.floor(from / PAGE); page * PAGE < Math.min(to, this.#total); page += 1) void this.#bring(page);
  }

  /** Brings the page again that did not come. */
  again(): void {
    this.#error = null;
    void this.#bring(this.#failed);
  }

  /** Rows `from` up to, not including, `to`, with their places; those on their way are undefined. */
  rows(from: number, to: number): [number, CardRow | undefined][] {
    const found: [number, CardRow | undefined][] = [];
    for (let at = from; at < Math.min(to, this.#total); at += 1) found.push([at, this.#pages.get(Math.floor(at / PAGE))?.[at % PAGE]]);
    return found;
  }

  async #bring(page: number): Promise<void> {
    const question = this.#question;
    if (question === null || this.#asked.has(page)) return;
    this.#asked.add(page);
    try {
      const reply = await command({ do: 'card_rows', ...question, skip: page * PAGE });
      if (reply.is !== 'card_rows' || this.#question !== question) return;
      this.#pages = new Map(this.#pages).set(page, reply.value.rows);
      this.#total = reply.value.total;
      [this.#loaded, this.#error] = [true, null];
    } catch (thrown) {
      if (this.#question !== question) return;
      // Whoever scrolls to it again, or asks, has it brought again.
      this.#asked.delete(page);
      this.#failed = page;
      this.#error = CommandError.from(thrown);
    }
  }
}
