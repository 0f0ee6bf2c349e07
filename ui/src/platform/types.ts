import type { Batch } from '~/bindings/Batch';
import type { Code } from '~/bindings/Code';
import type { Command } from '~/bindings/Command';
import type { Reply } from '~/bindings/Reply';
import type { WireError } from '~/bindings/WireError';

/** A command that failed, with the hub's reason or one of ours. */
export class CommandError extends Error implements WireError {
  constructor(
    readonly code: Code,
    message: string,
    readonly retryable: boolean,
  ) {
    super(message);
    this.name = 'CommandError';
  }

  /** Reads whatever a host threw: a `WireError` keeps its code, anything else is a host out of reach. */
  static from(thrown: unknown): CommandError {
    if (thrown instanceof CommandError) return thrown;
    if (typeof thrown === 'object' && thrown !== null && 'code' in thrown && 'message' in thrown) {
      const wire = thrown as WireError;
      return new CommandError(wire.code, wire.message, wire.retryable);
    }
    return new CommandError('unavailable', thrown instanceof Error ? thrown.message : String(thrown), true);
  }
}

/** Name of the window or tab that a wallboard opens in. */
export const BOARD_WINDOW = 'mirante-painel';

/** Who listens to the feed. */
export interface FeedListener {
  /** A batch arrived. The next one is asked for only after this returns and the screen has been drawn. */
  batch(batch: Batch): void;
  /** The connection to the hub failed; the feed tries again by itself. */
  trouble(error: CommandError): void;
}

/** What this host can do. Features ask for a capability, never for a platform's name. */
export interface Capabilities {
  /** The hub may want a token, and this face can ask for it. */
  readonly token: boolean;
  /** A wallboard can open in a window or tab of its own; false in that window itself. */
  readonly newWindow: boolean;
  /** Runs inside the program: the hub is in the same process. */
  readonly embedded: boolean;
}

/** The only door to the host. */
export interface Platform {
  readonly capabilities: Capabilities;
  /** Sends a command. Rejects with a {@link CommandError}. */
  command(command: Command): Promise<Reply>;
  /** Follows the live feed until the returned function is called. */
  follow(listener: FeedListener): () => void;
}
