import type { Client, ClientChannel } from 'ssh2';
import type { ChannelEnd, ChannelListener, ChannelRequest } from '../shell/channel.js';
import { quoteWords } from '../shell/quoting.js';

/** What a request has met besides its end. */
export interface SshChannelEvents {
  /** The connection takes no more channels; nothing was started, and no end is told. */
  onRefused(error: Error): void;
  /** The channel no longer counts on the host. */
  onClosed(): void;
}

/** One exec request on a connection, and its channel. */
export class SshChannel {
  readonly #client: Client;
  readonly #listener: ChannelListener;
  readonly #events: SshChannelEvents;
  readonly #onConnectionClosed = () => this.#close({ kind: 'unknown', reason: 'the connection was lost' });
  #stream: ClientChannel | null = null;
  #exitCode: number | null = null;
  #isGivenUp = false;
  #isClosed = false;

  /** Throws when the connection is just ending: nothing has gone over then. */
  constructor(client: Client, { argv, input }: ChannelRequest, listener: ChannelListener, events: SshChannelEvents) {
    this.#client = client;
    this.#listener = listener;
    this.#events = events;
    client.exec(quoteWords(argv), (error, stream) => {
      if (error) this.#onFailed(error);
      else this.#listen(stream, input);
    });
    client.once('close', this.#onConnectionClosed);
  }

  /** Ends nothing on the host. */
  giveUp(): void {
    this.#isGivenUp = true;
    this.#stream?.close();
  }

  #onFailed(error: Error): void {
    // ssh2 says the same when the request is refused and when the connection is lost before it is answered.
    if (error.message === 'Unable to exec') this.#close({ kind: 'unknown', reason: 'its request was not answered' });
    else if (this.#isGivenUp) this.#close({ kind: 'unknown', reason: error.message });
    else if (this.#leave()) {
      this.#events.onRefused(error);
      this.#events.onClosed();
    }
  }

  #listen(stream: ClientChannel, input: string | null): void {
    this.#stream = stream;
    stream.on('data', (chunk: Buffer) => this.#listener.onStdout(chunk));
    stream.stderr.on('data', (chunk: Buffer) => this.#listener.onStderr(chunk));
    stream.on('error', () => undefined); // `close` follows
    stream.on('exit', (code: number | null) => {
      this.#exitCode = code;
    });
    stream.once('close', () => {
      const exitCode = this.#exitCode; // none of a program that was ended by a signal
      const isKnown = exitCode !== null;
      this.#close(
        isKnown ? { kind: 'exited', exitCode } : { kind: 'unknown', reason: 'its script ended without an answer' },
      );
    });
    if (this.#isGivenUp) stream.close();
    stream.end(input ?? undefined);
  }

  #close(end: ChannelEnd): void {
    if (!this.#leave()) return;
    this.#listener.onEnd(end);
    this.#events.onClosed();
  }

  /** False: it was left before. */
  #leave(): boolean {
    if (this.#isClosed) return false;
    this.#isClosed = true;
    this.#client.off('close', this.#onConnectionClosed);
    return true;
  }
}
