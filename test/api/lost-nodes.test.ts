import { afterEach, describe, expect, it } from 'vitest';
import { answerOf, loadTopology, type Pool, strictHosts, withPool } from '../support/pool.js';
import { type ApiServer, ask, bearer, KEYS, NOW_MS, startApi, UNKNOWN_ID } from './api-server.js';

const auth = { adminKey: KEYS.admin, userKey: KEYS.user, iatLeewaySeconds: 120 };

let api: ApiServer;
afterEach(() => api.server.close());

async function serve(pool: Pool): Promise<string> {
  const { store, port: operations, answers } = pool;
  api = await startApi({}, { store, operations, answers, auth, now: () => NOW_MS });
  await loadTopology(pool, 3, 1);
  const node = (await store.read((tx) => tx.nodes.list())).find(({ manageNames }) => manageNames[0] === 'h3');
  return `/nodes/${node?.id}/lost`;
}

async function lose(path: string, body?: object, headers = bearer('POST', path)) {
  const reply = await ask(api.server, 'POST', path, { headers, ...(body ? { body: JSON.stringify(body) } : {}) });
  return { status: reply.statusCode, text: reply.body, queue: reply.headers.location };
}

describe('POST /nodes/{id}/lost', () => {
  it("is the administrator's, for a node that is known, with or without a body", async () => {
    const hosts = strictHosts(3, 1);
    await withPool(hosts, async (pool) => {
      const path = await serve(pool);
      expect((await lose(path, {}, bearer('POST', path, { iss: 'user' }, KEYS.user))).status).toBe(401);
      expect((await lose(`/nodes/${UNKNOWN_ID}/lost`)).status).toBe(404);
      expect((await lose(path, { hostanswers: 'yes' })).status).toBe(422);
      expect(await lose(path)).toMatchObject({
        status: 409,
        text: expect.stringMatching(/is not lost: gluster on h\d/),
      });
      hosts.destroyHost('h3');
      const { status, queue } = await lose(path);
      expect(status).toBe(202);
      const queueId = String(queue).slice('/queue/'.length);
      expect((await answerOf(pool, { queueId })).error).toBeNull();
      expect(await pool.store.read((tx) => tx.nodes.list())).toHaveLength(2);
    });
  });

  it('is answered with the reason, and not as a defect, when no host can be asked', async () => {
    const hosts = strictHosts(3, 1);
    await withPool(hosts, async (pool) => {
      const path = await serve(pool);
      for (const host of ['h1', 'h2', 'h3']) hosts.setHostUp(host, false);
      expect(await lose(path)).toMatchObject({
        status: 503,
        text: expect.stringMatching(/^none of h1, h2 can tell who is in gluster's pool\n?$|^none of h2, h1 /),
      });
    });
  });
});
