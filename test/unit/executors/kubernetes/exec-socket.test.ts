import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type ExecEnd, ExecSocket } from '../../../../src/executors/kubernetes/exec-socket.js';

let server: Server;
let onUpgrade: (request: IncomingMessage, socket: Duplex) => void = () => undefined;
beforeEach(async () => {
  server = createServer();
  server.on('upgrade', (request, socket) => onUpgrade(request, socket));
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

/** How an exec over this address ends. */
function endOf(url: string, handshakeMs = 60_000): Promise<ExecEnd> {
  const cluster = {
    server: new URL(url),
    namespace: null,
    source: 'the test',
    credentials: async () => ({ headers: {}, connection: {} }),
  };
  return new Promise((resolve) => {
    new ExecSocket(
      {
        cluster,
        credentials: { headers: { Authorization: 'Bearer t' }, connection: {} },
        namespace: 'storage',
        pod: 'a/b',
        container: 'glusterfs',
        argv: ['echo', 'a b;c+%20&ä'],
        input: null,
      },
      { onStdout: () => undefined, onStderr: () => undefined, onEnd: resolve },
      { handshakeMs, pingMs: 60_000 },
    );
  });
}

const here = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

it('offers one sub-protocol, and hands over each argument by itself', async () => {
  let asked: IncomingMessage | null = null;
  onUpgrade = (request, socket) => {
    asked = request;
    socket.end('HTTP/1.1 403 Forbidden\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n\r\nno');
  };
  expect(await endOf(`${here()}/below`)).toEqual({
    kind: 'refused',
    answer: { status: 403, contentType: 'text/plain', body: 'no' },
  });
  const { headers, url = '' } = asked as unknown as IncomingMessage;
  expect([headers['sec-websocket-protocol'], headers['authorization'], headers['sec-websocket-extensions']]).toEqual([
    'v4.channel.k8s.io',
    'Bearer t',
    undefined,
  ]);
  expect(url).toBe(
    '/below/api/v1/namespaces/storage/pods/a%2Fb/exec?container=glusterfs&command=echo&command=a%20b%3Bc%2B%2520%26%C3%A4&stdin=true&stdout=true&stderr=true&tty=false',
  );
});

it('has not gone over without a connection, nor before it is proved whose it is', async () => {
  const address = here();
  expect(await endOf(address.replace('http:', 'https:'))).toMatchObject({ kind: 'unsent' });
  server.close();
  server.closeAllConnections();
  expect(await endOf(address)).toMatchObject({ kind: 'unsent', error: { code: 'ECONNREFUSED' } });
});

it('may have gone on when the connection ends without an answer, or none comes', async () => {
  onUpgrade = (_request, socket) => void socket.destroy();
  expect(await endOf(here())).toMatchObject({ kind: 'lost' });
  onUpgrade = () => undefined;
  expect(await endOf(here(), 50)).toEqual({ kind: 'lost', reason: 'the API server did not answer within 0.05 s' });
});

it('is read as far as it goes when a refusal breaks off', async () => {
  onUpgrade = (_request, socket) => {
    socket.write(
      'HTTP/1.1 500 Internal Server Error\r\nContent-Type: text/plain\r\nContent-Length: 100\r\n\r\nrpc error',
    );
    setImmediate(() => socket.destroy());
  };
  expect(await endOf(here())).toEqual({
    kind: 'refused',
    answer: { status: 500, contentType: 'text/plain', body: 'rpc error' },
  });
});
