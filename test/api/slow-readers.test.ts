import { once } from 'node:events';
import { Agent, get, type IncomingMessage } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { startApi } from './api-server.js';

/** More than any buffer between a server and its client takes. */
async function* largeText(): AsyncGenerator<string> {
  const piece = 'x'.repeat(1024 * 1024);
  for (let i = 0; i < 64; i++) yield piece;
}

async function listening(readLimitMs: number) {
  const reports = { dumpText: largeText, dumpTexts: largeText, checkText: largeText };
  const { server } = await startApi({}, { readLimitMs, reports });
  onTestFinished(() => server.close());
  await server.listen({ port: 0, host: '127.0.0.1' });
  return { server, port: (server.server.address() as AddressInfo).port };
}

it('a client that takes nothing of its answer is cut off', async () => {
  const { server, port } = await listening(50);
  const client = connect({ port, host: '127.0.0.1' });
  onTestFinished(() => void client.destroy());
  const accepted = once(server.server, 'connection');
  await once(client, 'connect');
  client.pause();
  client.write('GET /db/dump HTTP/1.1\r\nHost: x\r\n\r\n');
  const [socket] = await accepted;
  await once(socket, 'close');
  expect(socket.bytesRead).toBeGreaterThan(0);
});

it('one that has taken all of it may leave the connection idle for as long as before', async () => {
  const { server, port } = await listening(50);
  const accepted = once(server.server, 'connection');
  const agent = new Agent({ keepAlive: true });
  onTestFinished(() => agent.destroy());
  const [answer] = (await once(get({ port, host: '127.0.0.1', path: '/hello', agent }), 'response')) as [
    IncomingMessage,
  ];
  await once(answer.resume(), 'end');
  const [socket] = await accepted;
  expect(socket.timeout).toBeGreaterThanOrEqual(server.server.keepAliveTimeout);
});
