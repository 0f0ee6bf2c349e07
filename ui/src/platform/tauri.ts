import { invoke } from '@tauri-apps/api/core';
import { getCurrentWindow } from '@tauri-apps/api/window';
import type { Command } from '~/bindings/Command';
import type { Reply } from '~/bindings/Reply';
import { RETRY_MS, SILENCE_MS, drawn, pause } from './pace';
import { CommandError, type FeedListener, type Platform } from './types';

/** The desktop window: one command, asked again and again for the feed. Never `emit`, whose payloads stay in memory. */
export function tauriPlatform(): Platform {
  return { capabilities: { token: false, newWindow: getCurrentWindow().label === 'main', embedded: true }, command, follow };
}

async function command(command: Command): Promise<Reply> {
  try {
    return await invoke<Reply>('command', { command });
  } catch (thrown) {
    throw CommandError.from(thrown);
  }
}

function follow(listener: FeedListener): () => void {
  let open = true;
  void (async () => {
    let stream: string | null = null;
    let after: number | null = null;
    while (open) {
      try {
        const reply: Reply = await within(command({ do: 'next', stream, after }), SILENCE_MS);
        if (!open) return;
        if (reply.is !== 'batch') throw new CommandError('internal', `unexpected answer ${reply.is}`, true);
        listener.batch(reply.value);
        stream = reply.value.stream;
        after = reply.value.number;
        await drawn();
      } catch (thrown) {
        if (!open) return;
        // Start over from a snapshot: what was asked for may be lost.
        stream = null;
        after = null;
        listener.trouble(CommandError.from(thrown));
        await pause(RETRY_MS);
      }
    }
  })();
  return () => {
    open = false;
  };
}

function within<T>(promise: Promise<T>, ms: number): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new CommandError('unavailable', 'no answer from the hub', true)), ms);
    promise.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
