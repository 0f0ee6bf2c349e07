// The only door between the interface and its host. Nothing else knows where it runs.
import type { Command } from '~/bindings/Command';
import type { Reply } from '~/bindings/Reply';
import { BOARD_WINDOW, type Capabilities, type FeedListener, type Platform } from './types';

export { CommandError, type Capabilities, type FeedListener, type Platform } from './types';
export { keepToken } from './token';
export { SILENCE_MS } from './pace';

let chosen: Platform | undefined;

/** Chooses the host, once, before anything is drawn. The browser never loads the desktop's door. */
export async function startPlatform(): Promise<void> {
  if (import.meta.env.DEV) {
    const mock = new URLSearchParams(location.search).get('mock');
    if (mock !== null) {
      chosen = (await import('../../dev/platform')).mockPlatform(mock);
      return;
    }
  }
  chosen =
    '__TAURI_INTERNALS__' in window
      ? (await import('./tauri')).tauriPlatform()
      : (await import('./browser')).browserPlatform();
}

function platform(): Platform {
  if (chosen === undefined) throw new Error('startPlatform was not called');
  return chosen;
}

/** Sends a command to the hub. Rejects with a `CommandError`. */
export const command = (c: Command): Promise<Reply> => platform().command(c);
/** Follows the live feed; returns how to stop. */
export const follow = (listener: FeedListener): (() => void) => platform().follow(listener);
/** What this host can do. */
export const capabilities = (): Capabilities => platform().capabilities;

/**
 * Opens a wallboard, by its address's fragment, in a window or tab of its own. False if the browser refused. The program
 * opens the window itself and tells the page nothing.
 */
export function openBoard(hash: string): boolean {
  return window.open(hash, BOARD_WINDOW) !== null || platform().capabilities.embedded;
}
