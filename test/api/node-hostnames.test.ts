import { afterEach, expect, it } from 'vitest';
import { answerOf, loadTopology, strictHosts, withPool } from '../support/pool.js';
import { type ApiServer, ask, bearer, KEYS, NOW_MS, startApi, UNKNOWN_ID } from './api-server.js';

const auth = { adminKey: KEYS.admin, userKey: KEYS.user, iatLeewaySeconds: 120 };

let api: ApiServer;
afterEach(() => api.server.close());

it("POST /nodes/{id}/hostnames is the administrator's, and leads to the node", async () => {
  const hosts = strictHosts(2, 1);
  await withPool(hosts, async (pool) => {
    const { store, port: operations, answers } = pool;
    api = await startApi({}, { store, operations, answers, auth, now: () => NOW_MS });
    await loadTopology(pool, 2, 1);
    const [node] = await store.read((tx) => tx.nodes.list());
    const rename = async (id: string, body: object, headers = bearer('POST', `/nodes/${id}/hostnames`)) => {
      const path = `/nodes/${id}/hostnames`;
      const reply = await ask(api.server, 'POST', path, { headers, body: JSON.stringify(body) });
      return {
        status: reply.statusCode,
        text: reply.body,
        queue: String(reply.headers.location).slice('/queue/'.length),
      };
    };
    const [id, host] = [node?.id ?? '', node?.manageNames[0] ?? ''];
    const asUser = bearer('POST', `/nodes/${id}/hostnames`, { iss: 'user' }, KEYS.user);
    expect((await rename(id, { manage: ['new'] }, asUser)).status).toBe(401);
    expect((await rename(UNKNOWN_ID, { manage: ['new'] })).status).toBe(404);
    expect((await rename(id, { manage: [] })).status).toBe(400);
    expect(await rename(id, { manage: [host === 'h1' ? 'h2' : 'h1'] })).toMatchObject({
      status: 409,
      text: expect.stringMatching(/already used by node/),
    });
    hosts.resolveName('new', host, 'manage');
    const { status, queue } = await rename(id, { manage: ['new'] });
    expect(status).toBe(202);
    expect(await answerOf(pool, { queueId: queue })).toEqual({ location: `/nodes/${id}`, error: null });
    expect(await store.read((tx) => tx.nodes.find(id))).toMatchObject({ manageNames: ['new'] });
  });
});
