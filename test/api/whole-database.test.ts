import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { afterEach, beforeEach, expect, it, onTestFinished, vi } from 'vitest';
import { WholeDatabase } from '../../src/api/whole-database.js';
import { openMemoryStore } from '../../src/store/open-store.js';
import type { ReadTx, Store } from '../../src/store/store.js';
import { SILENT } from '../support/pool.js';
import { startApi } from './api-server.js';

let store: Store;

beforeEach(async () => {
  store = await openMemoryStore();
});

afterEach(() => store.close());

const LIMITS = { waiting: 1, waitMs: 30_000, answerMs: 60_000 };

async function* clusters(tx: ReadTx): AsyncGenerator<string> {
  for (;;) yield `${(await tx.clusters.list()).length}`;
}

async function* held(): AsyncGenerator<string> {
  yield 'begun';
  await new Promise(() => undefined);
}

it('one reads at a time, another when it is gone, and a third is told to come back', async () => {
  const whole = new WholeDatabase(store, SILENT, LIMITS);
  const [first, second] = [new AbortController(), new AbortController()];
  await whole.pieces(clusters, first.signal);
  let isSecondIn = false;
  const waiting = whole.pieces(clusters, second.signal).then((pieces) => {
    isSecondIn = true;
    return pieces;
  });
  await expect(whole.pieces(clusters, new AbortController().signal)).rejects.toMatchObject({
    code: 'busy',
    retryAfterSeconds: 30,
    message: expect.stringMatching(/read for somebody else, and 1 more wait for it/),
  });
  expect(isSecondIn).toBe(false);
  // Though nobody has taken a piece of the first one.
  first.abort();
  await waiting;
  second.abort();
  await whole.pieces(clusters, new AbortController().signal);
});

it('one that waits and goes away leaves its place to another', async () => {
  const whole = new WholeDatabase(store, SILENT, LIMITS);
  const [first, second] = [new AbortController(), new AbortController()];
  await whole.pieces(clusters, first.signal);
  const left = whole.pieces(clusters, second.signal);
  second.abort();
  await expect(left).rejects.toThrow();
  const third = whole.pieces(clusters, new AbortController().signal);
  first.abort();
  await third;
});

it('nobody waits for ever', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  onTestFinished(() => void vi.useRealTimers());
  const whole = new WholeDatabase(store, SILENT, LIMITS);
  await whole.pieces(clusters, new AbortController().signal);
  const waiting = whole.pieces(clusters, new AbortController().signal);
  vi.advanceTimersByTime(LIMITS.waitMs);
  await expect(waiting).rejects.toMatchObject({ code: 'busy' });
});

it('an answer that is taken too slowly is cut off, and its state is given up, though nobody asks for more of it', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  onTestFinished(() => void vi.useRealTimers());
  const warned: string[] = [];
  const log = { ...SILENT, warn: (_fields: object, message: string) => void warned.push(message) };
  const whole = new WholeDatabase(store, log, { ...LIMITS, waitMs: 2 * LIMITS.answerMs });
  let seen: ReadTx | undefined;
  const pieces = await whole.pieces((tx) => {
    seen = tx;
    return clusters(tx);
  }, new AbortController().signal);
  const taken = pieces[Symbol.asyncIterator]();
  expect(await taken.next()).toEqual({ done: false, value: '0' });
  const next = whole.pieces(clusters, new AbortController().signal);
  vi.advanceTimersByTime(LIMITS.answerMs);
  await next;
  await expect(seen?.clusters.list()).rejects.toThrow();
  await expect(taken.next()).rejects.toThrow(/not all of it was taken/);
  expect(warned).toEqual(['an answer of the whole database was cut off']);
});

it('a database of which no state can be had does not keep others waiting', async () => {
  const whole = new WholeDatabase(
    { ...store, snapshot: vi.fn(store.snapshot).mockRejectedValueOnce(new Error('no place')) },
    SILENT,
    LIMITS,
  );
  await expect(whole.pieces(clusters, new AbortController().signal)).rejects.toThrow('no place');
  await whole.pieces(clusters, new AbortController().signal);
});

it('a backup that nobody takes is given up as a dump is, and one of another kind does not wait for it', async () => {
  const whole = new WholeDatabase(store, SILENT, LIMITS);
  const gone = new AbortController();
  let isClosed = false;
  vi.spyOn(store, 'openBackup').mockResolvedValueOnce({
    sizeBytes: 3,
    async *pieces() {
      yield Buffer.from('abc');
    },
    close() {
      isClosed = true;
    },
  });
  const first = await whole.file('archive', gone.signal);
  expect(first.sizeBytes).toBe(3);
  const next = whole.file('archive', new AbortController().signal);
  expect(isClosed).toBe(false);
  gone.abort();
  expect(isClosed).toBe(true);
  expect((await next).sizeBytes).toBeGreaterThan(1000);
});

it('a client that reads nothing of its backup, and goes, leaves its place to the next one', async () => {
  const { server } = await startApi();
  onTestFinished(() => server.close());
  const { port } = new URL(await server.listen({ port: 0, host: '127.0.0.1' }));
  for (let i = 0; i < 3; i++) {
    const asking = get({ port, host: '127.0.0.1', path: '/backup/db', agent: false });
    const [answer] = (await once(asking, 'response')) as [IncomingMessage];
    expect(answer.statusCode).toBe(200);
    answer.destroy();
  }
  expect((await server.inject('/backup/db')).statusCode).toBe(200);
});

it('who reads a dump keeps nobody from a backup', async () => {
  const { server } = await startApi({}, { reports: { dumpText: held, dumpTexts: held, checkText: held } });
  onTestFinished(() => server.close());
  const address = await server.listen({ port: 0, host: '127.0.0.1' });
  const gone = new AbortController();
  await fetch(`${address}/db/dump`, { signal: gone.signal });
  expect((await fetch(`${address}/backup/db`)).status).toBe(200);
  gone.abort();
});

it('the next one has its turn when an answer has been sent, or its client has gone', async () => {
  const { server } = await startApi();
  onTestFinished(() => server.close());
  for (let i = 0; i < 3; i++) expect((await server.inject('/db/dump')).statusCode).toBe(200);
  const address = await server.listen({ port: 0, host: '127.0.0.1' });
  for (const path of ['/db/dump', '/db/check', '/db/dump']) {
    const gone = new AbortController();
    const answer = await fetch(`${address}${path}`, { signal: gone.signal });
    gone.abort();
    expect(answer.status).toBe(200);
  }
  expect(await (await fetch(`${address}/db/check`)).json()).toMatchObject({ totalinconsistencies: 0 });
});
