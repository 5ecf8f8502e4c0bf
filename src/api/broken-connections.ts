import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';

const TEXT = 'bad request: this is not HTTP, or its head is too large\n';
const REFUSAL = [
  'HTTP/1.1 400 Bad Request',
  'Content-Type: text/plain; charset=utf-8',
  `Content-Length: ${TEXT.length}`,
  'Connection: close',
  '',
  TEXT,
].join('\r\n');

/**
 * Connections on which something arrives that is not HTTP. Requests that were whole before it are answered as any
 * other: their changes are made, and a refusal would be taken for theirs. Some clients send a body with DELETE without
 * saying how long it is.
 */
export class BrokenConnections {
  readonly #unanswered = new WeakMap<Duplex, Set<ServerResponse>>();

  watch(server: Server): void {
    server.on('request', (request: IncomingMessage, response: ServerResponse) => {
      const { socket } = request;
      const waiting = this.#unanswered.get(socket) ?? new Set();
      this.#unanswered.set(socket, waiting.add(response));
      response.once('close', () => waiting.delete(response));
    });
  }

  end(error: Error, socket: Duplex): void {
    if ((error as NodeJS.ErrnoException).code === 'ECONNRESET' || !socket.writable) return;
    const waiting = this.#unanswered.get(socket) ?? new Set();
    const last = [...waiting].filter(({ req }) => req.complete).at(-1);
    if (!last) {
      socket.end(REFUSAL);
      return;
    }
    last.shouldKeepAlive = false;
    last.once('close', () => socket.end());
  }
}
