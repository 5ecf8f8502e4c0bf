import { afterEach, describe, expect, it } from 'vitest';
import { Gate } from '../support/gate.js';
import { answerOf, loadTopology, strictHosts, withPool } from '../support/pool.js';
import { threeVolumes } from '../support/three-volumes.js';
import { WatchedExecutor } from '../support/watched-executor.js';
import { type ApiServer, ask, bearer, KEYS, NOW_MS, startApi, UNKNOWN_ID } from './api-server.js';

const auth = { adminKey: KEYS.admin, userKey: KEYS.user, iatLeewaySeconds: 120 };
const BY = { issuer: 'admin', requestId: 'r-1', address: '192.0.2.7' };
const kind = threeVolumes(3_600_000);

let api: ApiServer;
afterEach(() => api.server.close());

const pathOf = (id: string) => `/operations/pending/${id}/cancel`;

async function cancel(id: string, headers = bearer('POST', pathOf(id))) {
  const { statusCode, body } = await ask(api.server, 'POST', pathOf(id), { headers });
  return { status: statusCode, text: body };
}

async function shown(path: string) {
  return JSON.parse((await ask(api.server, 'GET', path, { headers: bearer('GET', path) })).body);
}

describe('cancelling work of many parts', () => {
  it('is answered in the midst of a part, shown, answered again, and ends the work after that part', async () => {
    const [reached, go] = [new Gate(), new Gate()];
    const executor = new WatchedExecutor(strictHosts(3, 2), async (line) => {
      if (!line.includes(' volume create two ')) return;
      reached.open();
      await go.opened;
    });
    await withPool(
      executor,
      async (pool) => {
        api = await startApi(
          {},
          { store: pool.store, operations: pool.port, answers: pool.answers, auth, now: () => NOW_MS },
        );
        const clusterId = await loadTopology(pool, 3, 2);
        const ticket = await pool.engine.beginSequence(kind, clusterId, BY);
        await reached.opened;
        const { pendingoperations: listed } = await shown('/operations/pending');
        const [{ id, progress }] = listed.filter((row: { type_name: string }) => row.type_name === 'remove-node');
        const step = { done: 1, total: 3, current: 'makes volume two' };
        expect(progress).toEqual(step);

        const [part] = await pool.store.read((tx) => tx.operations.listByParent(id));
        expect((await cancel(id, bearer('POST', pathOf(id), { iss: 'user' }, KEYS.user))).status).toBe(401);
        expect(await cancel(part?.id ?? '')).toEqual({
          status: 409,
          text: expect.stringContaining(`it is a part of operation ${id}; cancel that one`),
        });
        expect((await shown(`/operations/pending/${id}`)).progress).toEqual(step);

        for (let times = 0; times < 2; times++) expect(await cancel(id)).toEqual({ status: 204, text: '' });
        expect((await shown(`/operations/pending/${id}`)).progress).toEqual({ ...step, cancelled: true });
        go.open();
        expect((await answerOf(pool, ticket)).error).toMatch(/was cancelled; what its parts have done stays/);
        const names = (await pool.store.read((tx) => tx.volumes.list())).map(({ name }) => name);
        expect(names.sort()).toEqual(['one', 'two']);
        expect((await cancel(id)).status).toBe(404);
      },
      { sequences: [kind] },
    );
  });

  it('is refused for an id that nothing has, without a token, where nothing may be changed, and on a server that is held', async () => {
    api = await startApi({}, { auth, now: () => NOW_MS });
    expect((await cancel(UNKNOWN_ID, {} as ReturnType<typeof bearer>)).status).toBe(401);
    api.admin.set('read-only');
    expect((await cancel(UNKNOWN_ID)).status).toBe(503);
    expect(api.calls).toEqual([]);
    await api.server.close();
    const restored = { isHeld: true, refusal: 'held', copiedAt: 1, startedAt: NOW_MS, confirm: async () => undefined };
    api = await startApi({}, { auth, now: () => NOW_MS, restored });
    expect(await cancel(UNKNOWN_ID)).toEqual({ status: 503, text: 'held\n' });
    expect(api.calls).toEqual([]);
  });
});
