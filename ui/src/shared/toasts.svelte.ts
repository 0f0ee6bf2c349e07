/** A short message at the foot of the screen. */
export interface Toast {
  readonly id: number;
  readonly kind: 'note' | 'error';
  readonly text: string;
}

const NOTE_MS = 5_000;

class Toasts {
  #list: readonly Toast[] = $state.raw([]);
  #next = 1;

  get list(): readonly Toast[] {
    return this.#list;
  }
  /** Says something that leaves by itself. */
  note(text: string): void {
    const id = this.#add('note', text);
    setTimeout(() => this.dismiss(id), NOTE_MS);
  }
  /** Says that something failed; stays until dismissed. */
  error(text: string): void {
    this.#add('error', text);
  }
  dismiss(id: number): void {
    this.#list = this.#list.filter((toast) => toast.id !== id);
  }
  #add(kind: Toast['kind'], text: string): number {
    const id = this.#next++;
    // The same words twice say nothing new.
    this.#list = [...this.#list.filter((toast) => toast.text !== text), { id, kind, text }].slice(-3);
    return id;
  }
}

/** Messages at the foot of the screen. */
export const toasts = new Toasts();
