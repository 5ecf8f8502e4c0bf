import { get, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { SERVER } from '../../src/domain/event.js';
import { EventFeed } from '../../src/events/event-feed.js';
import { tell } from '../../src/events/tell.js';
import { openMemoryStore } from '../../src/store/open-store.js';
import { startApp, type TestApp } from '../support/app.js';
import { ask, bearer, KEYS, startApi } from './api-server.js';

interface WireEvent {
  readonly id: number;
  readonly type: string;
  readonly subject: { readonly kind: string; readonly id: string; readonly name?: string };
}

/** A stream as a client reads it: messages as they come. */
class Listener {
  readonly ids: number[] = [];
  readonly events: WireEvent[] = [];
  readonly gaps: string[] = [];
  isEnded = false;
  readonly #response: IncomingMessage;
  readonly #waiting = new Set<() => void>();
  #text = '';

  private constructor(response: IncomingMessage) {
    this.#response = response;
    response.setEncoding('utf8');
    response.on('data', (text: string) => this.#read(text));
    response.on('error', () => undefined);
    response.on('close', () => {
      this.isEnded = true;
      this.#wake();
    });
  }

  static open(port: number, query = '', headers: Readonly<Record<string, string>> = {}): Promise<Listener> {
    return new Promise((resolve, reject) => {
      const request = get(
        { port, host: '127.0.0.1', path: `/events/stream${query}`, headers, agent: false },
        (response) => {
          if (response.statusCode !== 200) reject(new Error(`status ${response.statusCode}`));
          expect(response.headers['content-type']).toBe('text/event-stream; charset=utf-8');
          const listener = new Listener(response);
          onTestFinished(() => listener.end());
          resolve(listener);
        },
      );
      request.on('error', reject);
    });
  }

  end(): void {
    this.#response.destroy();
  }

  async until(isReached: (listener: Listener) => boolean): Promise<void> {
    while (!isReached(this)) {
      if (this.isEnded) throw new Error(`the stream ended at ${this.ids.at(-1)}`);
      await new Promise<void>((resolve) => this.#waiting.add(resolve));
    }
  }

  #read(text: string): void {
    this.#text += text;
    const messages = this.#text.split('\n\n');
    this.#text = messages.pop() ?? '';
    for (const message of messages) {
      const fields = new Map(
        message.split('\n').map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)]),
      );
      this.ids.push(Number(fields.get('id')));
      if (fields.get('event') === 'gap') this.gaps.push(fields.get('data') ?? '');
      else if (fields.has('data')) this.events.push(JSON.parse(fields.get('data') ?? ''));
    }
    this.#wake();
  }

  #wake(): void {
    for (const resolve of this.#waiting) resolve();
    this.#waiting.clear();
  }
}

async function app(): Promise<TestApp> {
  const started = await startApp();
  onTestFinished(() => started.remove());
  return started;
}

const json = async (server: TestApp, url: string) => (await server.server.inject({ method: 'GET', url })).json();

it('what is done is listed, with who asked and what it was about', async () => {
  const server = await app();
  const { id } = (await server.post('/clusters', { file: true, block: true })).json();
  await server.post('/nodes', { cluster: id, zone: 1, hostnames: { manage: ['h1'], storage: ['10.0.0.1'] } });
  const { events, since, more } = await json(server, '/events');
  expect(events).toMatchObject([
    { id: 1, type: 'cluster.created', subject: { kind: 'cluster', id }, by: { request: expect.any(String) } },
    {
      id: 2,
      type: 'node.added',
      subject: { kind: 'node', name: 'h1' },
      cluster: id,
      operation: { type: 'add-node', id: expect.any(String) },
    },
  ]);
  expect({ since, more }).toEqual({ since: 2, more: false });
});

it('what fails is listed with its reason', async () => {
  const server = await app();
  const { id } = (await server.post('/clusters', {})).json();
  await server.post('/nodes', { cluster: id, zone: 1, hostnames: { manage: ['h1'], storage: ['10.0.0.1'] } });
  const { events } = await json(server, '/events?type=node');
  const nodeId = events[0].subject.id;
  await server.post(`/nodes/${nodeId}/state`, { state: 'failed' });
  const failed = await json(server, '/events?type=operation.failed');
  expect(failed.events).toMatchObject([
    {
      subject: { kind: 'node', id: nodeId },
      operation: { type: 'remove-node' },
      reason: expect.stringContaining('offline'),
    },
  ]);
});

it('pages lead to all events, forwards and backwards, of one type or about one object', async () => {
  const server = await app();
  const ids: string[] = [];
  for (let i = 0; i < 5; i++) ids.push((await server.post('/clusters', {})).json().id);
  await server.post(`/clusters/${ids[0]}/flags`, { file: true, block: false });
  const page = async (query: string) => {
    const { events, ...rest } = await json(server, `/events?${query}`);
    return { ids: events.map((event: WireEvent) => event.id), ...rest };
  };
  expect(await page('since=0&limit=4')).toEqual({ ids: [1, 2, 3, 4], since: 4, more: true });
  expect(await page('since=4&limit=4')).toEqual({ ids: [5, 6], since: 6, before: 5, more: false });
  expect(await page('limit=2')).toEqual({ ids: [5, 6], since: 6, before: 5, more: true });
  expect(await page('before=5&limit=9')).toEqual({ ids: [1, 2, 3, 4], since: 4, more: false });
  expect(await page(`since=0&subject=${ids[0]}`)).toEqual({ ids: [1, 6], since: 6, more: false });
  expect(await page('since=0&type=cluster.changed,volume')).toEqual({ ids: [6], since: 6, more: false });
});

it('a client that asks behind events that are gone is told so', async () => {
  const server = await app();
  for (let i = 0; i < 4; i++) await server.post('/clusters', {});
  await server.store.write((tx) => tx.events.deleteOldest(3, 10));
  expect(await json(server, '/events?since=1')).toMatchObject({ missing: true, events: [{ id: 4 }] });
  expect(await json(server, '/events?since=3')).not.toHaveProperty('missing');
});

it.each([
  ['since=-1', 'since must be'],
  ['since=1.5', 'since must be'],
  ['since=99999999999999999999', 'since must be'],
  ['limit=0', 'limit must be'],
  ['limit=1001', 'limit must be'],
  ['before=0', 'before must be'],
  ['since=1&before=2', 'not both'],
  ['type=volumes', 'type "volumes" is unknown'],
  ['type=', 'type "" is unknown'],
  ['subject=x', 'subject must be an id'],
])('?%s is refused', async (query, text) => {
  const { server } = await startApi();
  onTestFinished(() => server.close());
  const answer = await ask(server, 'GET', `/events?${query}`);
  expect([answer.statusCode, answer.body]).toEqual([400, expect.stringContaining(text)]);
});

it('only the role admin may read', async () => {
  const { server } = await startApi({}, { auth: { adminKey: KEYS.admin, userKey: KEYS.user, iatLeewaySeconds: 0 } });
  onTestFinished(() => server.close());
  for (const path of ['/events', '/events/stream']) {
    expect((await ask(server, 'GET', path)).statusCode).toBe(401);
    const headers = bearer('GET', path, { iss: 'user' }, KEYS.user);
    expect((await ask(server, 'GET', path, { headers })).statusCode).toBe(401);
  }
});

it('a stream tells what happens from now on, and after it was cut off what has happened since', async () => {
  const server = await app();
  const port = await server.listen(0);
  await server.post('/clusters', {});
  const first = await Listener.open(port);
  await first.until(({ ids }) => ids.length === 1);
  await server.post('/clusters', {});
  await first.until(({ events }) => events.length === 1);
  first.end();
  await server.post('/clusters', {});
  const second = await Listener.open(port, '', { 'last-event-id': String(first.ids.at(-1)) });
  await server.post('/clusters', {});
  await second.until(({ events }) => events.length === 2);
  expect([...first.events, ...second.events].map(({ id }) => id)).toEqual([2, 3, 4]);
  expect(second.gaps).toEqual([]);
});

it('a stream of some types goes on with ids beyond those of the others', async () => {
  const server = await app();
  const port = await server.listen(0);
  const listener = await Listener.open(port, '?type=volume');
  await server.post('/clusters', {});
  await listener.until(({ ids }) => ids.at(-1) === 1);
  expect(listener.events).toEqual([]);
});

it('a stream begins with a gap where events are gone', async () => {
  const server = await app();
  const port = await server.listen(0);
  for (let i = 0; i < 3; i++) await server.post('/clusters', {});
  await server.store.write((tx) => tx.events.deleteOldest(2, 10));
  const listener = await Listener.open(port, '', { 'last-event-id': '1' });
  await listener.until(({ events }) => events.length === 1);
  expect(listener.gaps).toEqual(['{"since":1}']);
  expect(listener.events).toMatchObject([{ id: 3 }]);
});

it.each(['x', '-1', '1.5'])('a stream behind %s is refused', async (last) => {
  const { server } = await startApi();
  onTestFinished(() => server.close());
  const answer = await ask(server, 'GET', '/events/stream', { headers: { 'last-event-id': last } });
  expect([answer.statusCode, answer.body]).toEqual([400, expect.stringContaining('Last-Event-ID must be')]);
});

it('200 that listen while 2,000 changes are made each hear of all of them, once and in order', async () => {
  const server = await app();
  const port = await server.listen(0);
  const listeners = await Promise.all(Array.from({ length: 200 }, () => Listener.open(port)));
  for (let round = 0; round < 20; round++)
    await Promise.all(
      Array.from({ length: 100 }, () => server.server.inject({ method: 'POST', url: '/clusters', payload: '{}' })),
    );
  const all = Array.from({ length: 2_000 }, (_, i) => i + 1);
  for (const listener of listeners) {
    await listener.until(({ events }) => events.length >= 2_000);
    expect(listener.events.map(({ id }) => id)).toEqual(all);
  }
});

it('one that takes nothing is cut off, and the others hear on', async () => {
  const store = await openMemoryStore();
  const feed = new EventFeed(store);
  const { server } = await startApi({}, { store, feed, readLimitMs: 2_000 });
  onTestFinished(async () => {
    feed.close();
    await server.close();
  });
  await server.listen({ port: 0, host: '127.0.0.1' });
  const { port } = server.server.address() as AddressInfo;
  const reason = 'x'.repeat(64 * 1024);
  for (let i = 0; i < 400; i++) await store.write((tx) => tell(tx, 'backup.failed', SERVER, { reason }));
  const stuck = await new Promise<IncomingMessage>((resolve) =>
    get({ port, host: '127.0.0.1', path: '/events/stream', headers: { 'last-event-id': '0' }, agent: false }, resolve),
  );
  const cutOff = new Promise((resolve) => stuck.once('close', resolve));
  stuck.on('error', () => undefined);
  stuck.pause();
  const reading = await Listener.open(port, '', { 'last-event-id': '0' });
  await reading.until(({ events }) => events.length === 400);
  // The other one is sent something all the while.
  for (let count = 401; feed.listeners > 1; count++) {
    await store.write((tx) => tell(tx, 'backup.made', SERVER));
    feed.changed();
    await reading.until(({ events }) => events.length === count);
  }
  stuck.resume();
  await cutOff;
  expect(reading.isEnded).toBe(false);
});

it('a server that ends tells those who listen that nothing follows', async () => {
  const server = await startApp();
  const port = await server.listen(0);
  const listener = await Listener.open(port);
  await listener.until(({ ids }) => ids.length === 1);
  await server.remove();
  expect(listener.isEnded || (await listener.until(({ isEnded }) => isEnded).then(() => true))).toBe(true);
});
