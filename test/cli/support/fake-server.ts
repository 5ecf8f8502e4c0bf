import { createServer, type IncomingHttpHeaders, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';

export interface SeenRequest {
  readonly method: string;
  /** As sent: percent-encoded. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface Reply {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Text is sent as it is, anything else as JSON. */
  readonly body?: unknown;
  /** Close the connection instead of answering. */
  readonly hangUp?: boolean;
  /** Close the connection after the answer, and take no further ones. */
  readonly isLast?: boolean;
  /** Never answer. */
  readonly isSilent?: boolean;
  /** Called when the request has arrived. */
  onRequest?(): void;
}

/** Answers by `METHOD /path`: one reply for ever, or a list that is used up one by one (the last one stays). */
export type Script = Readonly<Record<string, Reply | readonly Reply[] | ((request: SeenRequest) => Reply)>>;

export interface FakeServer {
  readonly url: string;
  readonly requests: SeenRequest[];
  /** `METHOD /path` of everything that was asked. */
  readonly calls: readonly string[];
  close(): Promise<void>;
}

/** A real HTTP server on a free port of the loopback that answers from a script; 404 `Id not found` otherwise. */
export async function startFakeServer(
  script: Script,
  { tls, port = 0 }: { readonly tls?: { key: string; cert: string }; readonly port?: number } = {},
): Promise<FakeServer> {
  const requests: SeenRequest[] = [];
  const used = new Map<string, number>();
  const answer = (request: SeenRequest): Reply => {
    const key = `${request.method} ${request.path}`;
    const entry = script[key];
    if (entry === undefined) return { status: 404, body: 'Id not found\n' };
    if (typeof entry === 'function') return entry(request);
    if (!Array.isArray(entry)) return entry as Reply;
    const turn = used.get(key) ?? 0;
    used.set(key, turn + 1);
    return entry[Math.min(turn, entry.length - 1)] as Reply;
  };
  const listener: RequestListener = (incoming, outgoing) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () => {
      const request = {
        method: incoming.method ?? '',
        path: incoming.url ?? '',
        headers: incoming.headers,
        body: Buffer.concat(chunks).toString(),
      };
      requests.push(request);
      const reply = answer(request);
      reply.onRequest?.();
      if (reply.isSilent === true) return;
      if (reply.hangUp === true) {
        incoming.socket.destroy();
        return;
      }
      const { body = '' } = reply;
      const payload = typeof body === 'string' || Buffer.isBuffer(body) ? body : `${JSON.stringify(body)}\n`;
      if (reply.isLast === true) {
        server.close();
        outgoing.setHeader('Connection', 'close');
      }
      outgoing.writeHead(reply.status ?? 200, { 'Content-Length': Buffer.byteLength(payload), ...reply.headers });
      outgoing.end(payload);
    });
  };
  const server: Server = tls === undefined ? createServer(listener) : createTlsServer(tls, listener);
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const address = server.address() as AddressInfo;
  return {
    url: `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${address.port}`,
    requests,
    get calls() {
      return requests.map((request) => `${request.method} ${request.path}`);
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Replies of a request that ends after `polls` pending answers: 202, polls, then `last`. */
export function asyncScript(request: string, last: Reply, polls = 0): Script {
  const pending: Reply = { status: 200, headers: { 'X-Pending': 'true' } };
  return {
    [request]: { status: 202, headers: { Location: '/queue/abc' } },
    'GET /queue/abc': [...Array.from({ length: polls }, () => pending), last],
  };
}
