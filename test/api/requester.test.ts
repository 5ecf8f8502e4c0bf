import { afterEach, describe, expect, it } from 'vitest';
import { Gate } from '../support/gate.js';
import { loadTopology, strictHosts, withPool } from '../support/pool.js';
import { WatchedExecutor } from '../support/watched-executor.js';
import { type ApiServer, ask, bearer, KEYS, NOW_MS, startApi, UNKNOWN_ID } from './api-server.js';

const auth = { adminKey: KEYS.admin, userKey: KEYS.user, iatLeewaySeconds: 120 };
const ADDRESS = '192.0.2.7';
const FORGED = { 'x-forwarded-for': '203.0.113.9', forwarded: 'for=203.0.113.9', 'x-request-id': 'mine' };

let api: ApiServer;
afterEach(() => api.server.close());

const post = (path: string, headers: Record<string, string>, payload = '{"size":1}') =>
  ask(api.server, 'POST', path, { headers: { ...headers, ...FORGED }, payload, remoteAddress: ADDRESS });

describe('who asked for a change', () => {
  it.each([
    ['the administrator', auth, bearer('POST', '/volumes'), 'admin'],
    ['the user', auth, bearer('POST', '/volumes', { iss: 'user' }, KEYS.user), 'user'],
    ['somebody who is not asked for a token', null, {}, null],
  ])('is told to the operations: %s, from the address of the connection', async (_who, settings, headers, issuer) => {
    api = await startApi({}, { auth: settings });
    expect((await post('/volumes', headers)).statusCode).toBe(202);
    const [call] = api.calls;
    expect(call).toMatchObject({
      name: 'createVolume',
      args: [{ issuer, address: ADDRESS }, { sizeGib: 1 }, undefined],
    });
    expect(call?.args[0]).not.toMatchObject({ requestId: 'mine' });
  });

  it('is told with every change, with an id that each request has for itself, and in every life of the server', async () => {
    const changes: readonly (readonly [string, string, string])[] = [
      ['POST', '/clusters', '{"file":true,"block":true}'],
      ['POST', `/clusters/${UNKNOWN_ID}/flags`, '{"file":true,"block":true}'],
      ['DELETE', `/clusters/${UNKNOWN_ID}`, ''],
      ['POST', '/nodes', `{"cluster":"${UNKNOWN_ID}","zone":1,"hostnames":{"manage":["h1"],"storage":["10.0.0.1"]}}`],
      ['POST', `/nodes/${UNKNOWN_ID}/tags`, '{"change_type":"set","tags":{}}'],
      ['POST', `/nodes/${UNKNOWN_ID}/state`, '{"state":"offline"}'],
      ['DELETE', `/nodes/${UNKNOWN_ID}`, ''],
      ['POST', '/devices', `{"node":"${UNKNOWN_ID}","name":"/dev/sdb"}`],
      ['POST', `/devices/${UNKNOWN_ID}/tags`, '{"change_type":"set","tags":{}}'],
      ['POST', `/devices/${UNKNOWN_ID}/state`, '{"state":"offline"}'],
      ['GET', `/devices/${UNKNOWN_ID}/resync`, ''],
      ['DELETE', `/devices/${UNKNOWN_ID}`, ''],
      ['POST', '/volumes', '{"size":1}'],
      ['POST', `/volumes/${UNKNOWN_ID}/expand`, '{"expand_size":1}'],
      ['POST', `/volumes/${UNKNOWN_ID}/clone`, '{}'],
      ['DELETE', `/volumes/${UNKNOWN_ID}`, ''],
      ['POST', '/operations/pending/cleanup', '{}'],
      ['POST', `/operations/pending/${UNKNOWN_ID}/cancel`, ''],
    ];
    const ids = new Set<string>();
    for (let life = 0; life < 2; life++) {
      api = await startApi();
      for (const [method, path, payload] of changes)
        await ask(api.server, method, path, { payload, remoteAddress: ADDRESS });
      expect(api.calls).toHaveLength(changes.length);
      for (const { args } of api.calls) {
        expect(args[0]).toMatchObject({ issuer: null, address: ADDRESS, requestId: expect.any(String) });
        ids.add((args[0] as { requestId: string }).requestId);
      }
      if (life === 0) await api.server.close();
    }
    expect(ids.size).toBe(2 * changes.length);
  });

  it('stands in the record of the operation for as long as it is there, and in no answer', async () => {
    const started = new Gate();
    const held = new Gate();
    const executor = new WatchedExecutor(strictHosts(1, 1), async (line) => {
      if (!line.includes('volume start')) return;
      started.open();
      await held.opened;
    });
    await withPool(executor, async (pool) => {
      api = await startApi(
        {},
        { store: pool.store, operations: pool.port, answers: pool.answers, auth, now: () => NOW_MS },
      );
      await loadTopology(pool, 1, 1);
      const body = JSON.stringify({ size: 1, durability: { type: 'none' } });
      expect((await post('/volumes', bearer('POST', '/volumes'), body)).statusCode).toBe(202);
      await started.opened;
      const [record] = await pool.store.read((tx) => tx.operations.list());
      expect(record?.requestedBy).toEqual({
        issuer: 'admin',
        address: ADDRESS,
        requestId: expect.stringMatching(/^[0-9a-f]{8}-\d+$/),
      });
      for (const path of ['/operations/pending', `/operations/pending/${record?.id}`, '/db/dump']) {
        const answer = await ask(api.server, 'GET', path, { headers: bearer('GET', path) });
        expect([answer.statusCode, answer.body]).toEqual([200, expect.not.stringContaining(ADDRESS)]);
      }
      held.open();
    });
  });

  it('stays in the record of a create that is built anew', async () => {
    const hosts = strictHosts(1, 1);
    const seen: unknown[] = [];
    let look = async (): Promise<void> => undefined;
    const executor = new WatchedExecutor(hosts, async (line) => {
      if (line.includes('lvcreate')) await look();
    });
    await withPool(
      executor,
      async (pool) => {
        api = await startApi({}, { store: pool.store, operations: pool.port, answers: pool.answers, auth });
        await loadTopology(pool, 1, 1);
        look = async () =>
          void seen.push((await pool.store.read((tx) => tx.operations.list()))[0]?.requestedBy?.address);
        hosts.setFaults([
          { kind: 'fail', match: 'volume create', stderr: 'volume create: failed: Host not connected' },
        ]);
        await post('/volumes', bearer('POST', '/volumes'), JSON.stringify({ size: 1, durability: { type: 'none' } }));
        await pool.runner.settled();
        expect(seen).toEqual([ADDRESS, ADDRESS]);
      },
      { settings: { volumeCreateRetries: 1 } },
    );
  });
});
