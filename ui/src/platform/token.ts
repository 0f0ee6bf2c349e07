const KEY = 'mirante.token';

/**
 * The token of a hub that listens beyond this computer. It comes once in the address's fragment (`#token=…`, which
 * browsers do not send), or from the login prompt, and lives as long as the tab.
 */
export function readToken(): string | null {
  const given = /^#token=([^&]+)/.exec(location.hash)?.[1];
  if (given !== undefined) {
    keepToken(decodeURIComponent(given));
    history.replaceState(null, '', `${location.pathname}${location.search}#/`);
  }
  return sessionStorage.getItem(KEY);
}

/** Keeps a token for this tab. */
export function keepToken(token: string): void {
  sessionStorage.setItem(KEY, token);
}
