/** Where the user is: the fragment `#/page?name=value`, so that a page can be kept as a bookmark and opened on a wall. */
class Router {
  #hash = $state('');
  #parsed = $derived.by(() => {
    const [path = '', query = ''] = this.#hash.replace(/^#\/?/, '').split('?', 2);
    return { page: path, query: new URLSearchParams(query) };
  });

  /** Page's name; empty for the first. */
  get page(): string {
    return this.#parsed.page;
  }
  /** A value of the address, if there. */
  value(name: string): string | null {
    return this.#parsed.query.get(name);
  }
  /** Address of a page, for links. */
  address(page: string, values: Readonly<Record<string, string>> = {}): string {
    const query = new URLSearchParams(values).toString();
    return `#/${page}${query === '' ? '' : `?${query}`}`;
  }
  /** Goes to a page. */
  go(page: string, values: Readonly<Record<string, string>> = {}): void {
    location.hash = this.address(page, values);
  }
  /** Address of this page with some values changed; `null` takes one away. */
  changed(values: Readonly<Record<string, string | null>>): string {
    const query = new URLSearchParams(this.#parsed.query);
    for (const [name, value] of Object.entries(values)) {
      if (value === null) query.delete(name);
      else query.set(name, value);
    }
    return this.address(this.page, Object.fromEntries(query));
  }
  /** Changes values of this page's address, and stays on it. */
  change(values: Readonly<Record<string, string | null>>): void {
    location.hash = this.changed(values);
  }
  /** Follows the address. Call once. */
  start(): void {
    const read = (): string => (this.#hash = location.hash);
    read();
    addEventListener('hashchange', read);
  }
}

/** The router. */
export const router = new Router();
