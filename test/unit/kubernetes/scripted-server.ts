import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Cluster } from '../../../src/kubernetes/cluster.js';

export interface Asked {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

type Answer = (response: ServerResponse, asked: Asked) => void;

/** An HTTP server that answers the n-th request as the n-th of `answers` says, and the last one ever after. */
export class ScriptedServer {
  readonly asked: Asked[] = [];
  answers: Answer[] = [];
  port = 0;
  #server: Server | null = null;
  #scheme = 'http';

  async up(tls: { readonly key: string; readonly cert: string } | null = null): Promise<void> {
    const listener = (request: IncomingMessage, response: ServerResponse) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const { method = '', url = '', headers } = request;
        const asked = { method, url, headers, body: Buffer.concat(chunks).toString('utf8') };
        const answer = this.answers[Math.min(this.asked.length, this.answers.length - 1)];
        this.asked.push(asked);
        answer?.(response, asked);
      });
    };
    if (tls) this.#scheme = 'https';
    const server = tls ? createTlsServer(tls, listener) : createServer(listener);
    this.#server = server;
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    this.port = (server.address() as AddressInfo).port;
  }

  /** Admits everybody. */
  cluster(overrides: Partial<Cluster> = {}): Cluster {
    return {
      server: new URL(`${this.#scheme}://127.0.0.1:${this.port}`),
      namespace: 'storage',
      source: 'the test',
      credentials: async () => ({ headers: {}, connection: {} }),
      ...overrides,
    };
  }

  async down(): Promise<void> {
    const server = this.#server;
    server?.closeAllConnections();
    await new Promise<void>((closed) => (server ? server.close(() => closed()) : closed()));
  }
}

export function json(status: number, body: unknown): Answer {
  return (response) => response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body));
}

export function text(status: number, body: string): Answer {
  return (response) => response.writeHead(status, { 'Content-Type': 'text/plain' }).end(body);
}

/** As the API server words a refusal. */
export function refusal(code: number, reason: string | null, message: string, details: object = {}): Answer {
  return json(code, {
    kind: 'Status',
    status: 'Failure',
    message,
    ...(reason !== null && { reason }),
    ...(Object.keys(details).length > 0 && { details }),
    code,
  });
}
