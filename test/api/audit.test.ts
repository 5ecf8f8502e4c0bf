import { once } from 'node:events';
import { type AddressInfo, connect } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { afterEach, beforeEach, expect, it, onTestFinished, vi } from 'vitest';
import type { ServerDeps } from '../../src/api/server.js';
import { Traffic } from '../../src/api/traffic.js';
import { DomainError } from '../../src/domain/errors.js';
import type { Operations } from '../../src/operations/ports/operations.js';
import { Gate } from '../support/gate.js';
import { ask, bearer, KEYS, QUEUE_ID, startApi, UNKNOWN_ID } from './api-server.js';

const AUTH = { adminKey: KEYS.admin, userKey: KEYS.user, iatLeewaySeconds: 0 };

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }));
afterEach(() => void vi.useRealTimers());

async function audited(operations: Partial<Operations> = {}, deps: Partial<ServerDeps> = {}) {
  const api = await startApi(operations, { auth: AUTH, ...deps });
  onTestFinished(() => api.server.close());
  return {
    ...api,
    /** What is written by now, without its ids and times. */
    async entries() {
      await vi.advanceTimersByTimeAsync(100);
      const answer = await ask(api.server, 'GET', '/audit', { headers: bearer('GET', '/audit') });
      return answer.json().entries;
    },
  };
}

it('a change that is accepted is listed: who, from where, what and with which ids, but not its body', async () => {
  const { server, entries } = await audited();
  const body = { node: UNKNOWN_ID, name: '/dev/sdb', tags: { secret: 'hunter2' } };
  await ask(server, 'POST', '/devices?token=hunter2', {
    headers: bearer('POST', '/devices'),
    payload: JSON.stringify(body),
    remoteAddress: '192.0.2.7',
  });
  const found = await entries();
  expect(found).toEqual([
    {
      id: 1,
      time: expect.any(String),
      issuer: 'admin',
      address: '192.0.2.7',
      request: expect.stringMatching(/^[0-9a-f]{8}-\d+$/),
      method: 'POST',
      path: '/devices',
      action: 'deviceAdd',
      ids: [UNKNOWN_ID, QUEUE_ID],
      status: 202,
      outcome: 'accepted',
      duration_ms: expect.any(Number),
    },
  ]);
  expect(JSON.stringify(found)).not.toContain('hunter2');
});

it('what is refused is listed with the reason, whatever refused it', async () => {
  const refuse = async () => {
    throw new DomainError('conflict', 'it is in use');
  };
  const { server, entries } = await audited({ deleteCluster: refuse });
  const send = (method: string, path: string, payload?: string) =>
    ask(server, method, path, { headers: bearer(method, path), ...(payload === undefined ? {} : { payload }) });
  await send('DELETE', `/clusters/${UNKNOWN_ID}`);
  await send('POST', '/volumes', '{');
  await send('POST', '/nowhere', '{}');
  expect(await entries()).toMatchObject([
    { action: 'clusterDelete', ids: [UNKNOWN_ID], status: 409, outcome: 'refused', reason: 'it is in use' },
    { action: 'volumeCreate', status: 422, outcome: 'refused', reason: expect.any(String) },
    { path: '/nowhere', status: 404, outcome: 'refused', reason: 'Invalid path or request' },
  ]);
});

it('a defect is told from a refusal', async () => {
  const { server, entries } = await audited({
    createCluster: async () => {
      throw new Error('inside');
    },
  });
  await ask(server, 'POST', '/clusters', { headers: bearer('POST', '/clusters'), payload: '{}' });
  const [entry] = await entries();
  expect(entry).toMatchObject({ status: 500, outcome: 'failed' });
  expect(entry.reason).not.toContain('inside');
});

it('questions are not listed, also those with a body', async () => {
  const { server, entries } = await audited();
  for (const [method, path] of [
    ['GET', '/volumes'],
    ['POST', '/placements'],
    ['GET', '/hello'],
  ] as const)
    await ask(server, method, path, { headers: bearer(method, path), payload: '{"size":1}' });
  expect(await entries()).toEqual([]);
});

it('requests without a good token are listed and counted, questions too, and a role that is not enough with its issuer', async () => {
  let refused = 0;
  const { server, entries } = await audited({}, { onTokenRefused: () => void refused++ });
  await ask(server, 'GET', '/clusters');
  await ask(server, 'POST', '/clusters', { headers: bearer('POST', '/clusters', {}, 'wrong'), payload: '{}' });
  await ask(server, 'GET', '/clusters', { headers: bearer('GET', '/clusters', { iss: 'user' }, KEYS.user) });
  const found = await entries();
  expect(found).toMatchObject([
    { method: 'GET', status: 401, outcome: 'refused', reason: 'Required authorization token not found' },
    { method: 'POST', status: 401, outcome: 'refused', reason: expect.stringContaining('signature') },
    { method: 'GET', issuer: 'user', status: 401, reason: 'Administrator access required' },
  ]);
  expect(found[1]).not.toHaveProperty('issuer');
  expect(refused).toBe(3);
});

it('of many tokens that are refused in a minute, twenty are listed, and then how many more there were', async () => {
  let refused = 0;
  const { server, entries } = await audited({}, { onTokenRefused: () => void refused++ });
  for (let i = 0; i < 50; i++) await ask(server, 'GET', '/clusters');
  expect(await entries()).toHaveLength(20);
  await vi.advanceTimersByTimeAsync(60_000);
  const found = await entries();
  expect(found).toHaveLength(21);
  expect(found[20]).toMatchObject({ status: 401, repeats: 29 });
  expect(refused).toBe(50);
  await ask(server, 'GET', '/clusters');
  expect(await entries()).toHaveLength(22);
});

it('nothing is written while nothing may be', async () => {
  const { server, entries } = await audited({}, { mayAudit: () => false });
  await ask(server, 'POST', '/clusters', { headers: bearer('POST', '/clusters'), payload: '{}' });
  expect(await entries()).toEqual([]);
});

it('of requests that are refused before their token is looked at, as few are listed', async () => {
  let refused = 0;
  const { server, entries } = await audited({}, { onTokenRefused: () => void refused++ });
  for (let i = 0; i < 50; i++) await ask(server, 'POST', '/clusters%2fx', { payload: '{}' });
  const found = await entries();
  expect(found).toHaveLength(20);
  expect(found[0]).toMatchObject({
    path: '/clusters/x',
    status: 400,
    reason: expect.stringContaining('bad request path'),
  });
  expect(refused).toBe(0);
});

it('while bad tokens keep coming, fewer and fewer are listed, so that they do not fill the audit', async () => {
  const { server, entries } = await audited();
  const send = async () => {
    for (let i = 0; i < 30; i++) await ask(server, 'GET', '/clusters');
  };
  await send();
  await vi.advanceTimersByTimeAsync(60_000);
  await send();
  await vi.advanceTimersByTimeAsync(60_000);
  await send();
  expect(await entries()).toHaveLength(41);
  await vi.advanceTimersByTimeAsync(60_000);
  expect((await entries()).at(-1)).toMatchObject({ id: 42, repeats: 39 });
  await ask(server, 'GET', '/clusters');
  await vi.advanceTimersByTimeAsync(240_000);
  for (let i = 0; i < 2; i++) {
    await send();
    await vi.advanceTimersByTimeAsync(60_000);
  }
  expect(await entries()).toHaveLength(43 + 21 + 20);
});

/** A client that sends this and goes away when the test says so. */
async function clientOf(server: FastifyInstance, request: string) {
  const accepted = once(server.server, 'connection');
  await server.listen({ port: 0, host: '127.0.0.1' });
  const client = connect({ port: (server.server.address() as AddressInfo).port, host: '127.0.0.1' });
  const [socket] = await accepted;
  const gone = once(socket, 'close');
  client.write(request);
  return {
    async goAway() {
      client.destroy();
      await gone;
    },
  };
}

const partOf = (body: string, length: number) =>
  `POST /clusters HTTP/1.1\r\nHost: x\r\nAuthorization: ${bearer('POST', '/clusters').authorization}\r\n` +
  `Content-Length: ${length}\r\n\r\n${body}`;

const aFewTurns = async () => {
  for (let turn = 0; turn < 20; turn++) await new Promise((next) => setImmediate(next));
};

it('a change whose client does not wait for the answer is listed like any other', async () => {
  const asked = new Gate();
  const answered = new Gate();
  const { server, entries } = await audited({
    async createCluster() {
      asked.open();
      await answered.opened;
      return UNKNOWN_ID;
    },
  });
  const client = await clientOf(server, partOf('{}', 2));
  await asked.opened;
  await client.goAway();
  answered.open();
  await aFewTurns();
  expect(await entries()).toMatchObject([
    { action: 'clusterCreate', status: 201, outcome: 'done', address: '127.0.0.1' },
  ]);
});

it('a request that breaks off before all of it has come is refused, and no defect of the server', async () => {
  const begun = new Gate();
  const traffic = new Traffic();
  traffic.seen = () => begun.open();
  const { server, entries, calls, logged } = await audited({}, { traffic });
  const client = await clientOf(server, partOf('{', 20));
  await begun.opened;
  await aFewTurns();
  await client.goAway();
  await aFewTurns();
  expect(await entries()).toMatchObject([
    { status: 400, outcome: 'refused', reason: expect.stringContaining('broke off') },
  ]);
  expect([calls, logged]).toEqual([[], []]);
});
