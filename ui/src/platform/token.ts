const KEY = 'mirante.token';

/** Token and the rest of an address that brings one: `#token=…`, or `#token=…&ir=/painel?perfil=operacao`; else `null`. */
export function splitToken(hash: string): { token: string; hash: string } | null {
  const found = /^#token=([^&]+)(?:&ir=(.*))?/.exec(hash);
  if (found?.[1] === undefined) return null;
  const to = found[2] ?? '';
  const path = /^%2F/i.test(to) ? decoded(to) : to;
  return { token: decoded(found[1]), hash: path.startsWith('/') ? `#${path}` : '#/' };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    // A stray % in what somebody typed: taken as it stands.
    return text;
  }
}

/**
 * Takes the token of a hub that listens beyond this computer out of the address, where it comes once (browsers do not send
 * the fragment), and leaves the page it leads to. True if there was one.
 */
export function takeToken(): boolean {
  const given = splitToken(location.hash);
  if (given === null) return false;
  keepToken(given.token);
  history.replaceState(null, '', `${location.pathname}${location.search}${given.hash}`);
  return true;
}

/** The token of this tab, from the address or the login prompt; it lives as long as the tab. */
export const readToken = (): string | null => sessionStorage.getItem(KEY);

/** Keeps a token for this tab. */
export function keepToken(token: string): void {
  sessionStorage.setItem(KEY, token);
}
