import type { Batch } from '~/bindings/Batch';
import type { Command } from '~/bindings/Command';
import type { Reply } from '~/bindings/Reply';
import { RETRY_MS, SILENCE_MS, drawn } from './pace';
import { readToken, takeToken } from './token';
import { BOARD_WINDOW, CommandError, type FeedListener, type Platform } from './types';

/** A browser before a hub: POST for commands, a WebSocket with acknowledgement for the feed. */
export function browserPlatform(): Platform {
  takeToken();
  // A link with a token pasted into an open tab: start over as whoever it names.
  addEventListener('hashchange', () => {
    if (takeToken()) location.reload();
  });
  return { capabilities: { token: true, newWindow: window.name !== BOARD_WINDOW, embedded: false }, command, follow };
}

async function command(command: Command): Promise<Reply> {
  const token = readToken();
  const headers: Record<string, string> = { 'content-type': 'application/json' };
  if (token !== null) headers['authorization'] = `Bearer ${token}`;
  let answer: Response;
  try {
    answer = await fetch('/api/command', { method: 'POST', headers, body: JSON.stringify(command) });
  } catch (thrown) {
    throw CommandError.from(thrown);
  }
  const body: unknown = await answer.json().catch(() => null);
  if (answer.ok && body !== null) return body as Reply;
  if (answer.status === 401) throw new CommandError('forbidden', 'token wanted', false);
  throw CommandError.from(body ?? new CommandError('unavailable', `HTTP ${answer.status}`, true));
}

function follow(listener: FeedListener): () => void {
  let open = true;
  let socket: WebSocket | null = null;
  let silence: ReturnType<typeof setTimeout> | undefined;
  let retry: ReturnType<typeof setTimeout> | undefined;

  const connect = (): void => {
    if (!open) return;
    const token = readToken();
    const url = `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/api/feed`;
    // A page cannot set headers on a WebSocket, and an address would end in logs: the token goes as a subprotocol.
    const ws = token === null ? new WebSocket(url) : new WebSocket(url, ['mirante', `token.${token}`]);
    socket = ws;
    let ended = false;
    const end = (message: string): void => {
      if (ended) return;
      ended = true;
      clearTimeout(silence);
      ws.close();
      if (!open) return;
      listener.trouble(new CommandError('unavailable', message, true));
      retry = setTimeout(connect, RETRY_MS);
    };
    const listen = (): void => {
      clearTimeout(silence);
      silence = setTimeout(() => end('no answer from the hub'), SILENCE_MS);
    };
    listen();
    ws.onmessage = (event: MessageEvent<string>) => {
      if (ended || !open) return;
      listen();
      const batch = JSON.parse(event.data) as Batch;
      listener.batch(batch);
      void drawn().then(() => {
        if (!ended && ws.readyState === WebSocket.OPEN) ws.send(JSON.stringify({ number: batch.number }));
      });
    };
    ws.onclose = () => end('the hub closed the connection');
    ws.onerror = () => end('the hub cannot be reached');
  };

  connect();
  return () => {
    open = false;
    clearTimeout(silence);
    clearTimeout(retry);
    socket?.close();
  };
}
