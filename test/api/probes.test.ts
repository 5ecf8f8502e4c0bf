import { afterEach, expect, it } from 'vitest';
import { type ApiServer, ask, KEYS, NOW_MS, startApi } from './api-server.js';

let api: ApiServer;
afterEach(() => api.server.close());

const PATHS = ['/healthz', '/readyz'] as const;

it('tells a server that is well', async () => {
  api = await startApi();
  expect((await ask(api.server, 'GET', '/healthz')).json()).toEqual({ healthy: true, changes: 'accepted' });
  expect((await ask(api.server, 'GET', '/readyz')).json()).toEqual({ ready: true });
});

it('answers 503 with the reason, which asks nobody to come back', async () => {
  const probes = { whyUnhealthy: async () => 'the disk hangs', whyNotReady: async () => 'no host yet' };
  api = await startApi({}, { probes });
  const answers = await Promise.all(PATHS.map((path) => ask(api.server, 'GET', path)));
  expect(answers.map(({ statusCode, body }) => [statusCode, body])).toEqual([
    [503, 'the disk hangs\n'],
    [503, 'no host yet\n'],
  ]);
  expect(answers.map(({ headers }) => headers['retry-after'])).toEqual([undefined, undefined]);
});

it.each(PATHS)('%s needs no token, in no state of the server', async (path) => {
  api = await startApi(
    {},
    {
      auth: { adminKey: KEYS.admin, userKey: KEYS.user, iatLeewaySeconds: 120 },
      restored: { isHeld: true, refusal: 'held', copiedAt: NOW_MS, startedAt: NOW_MS, confirm: async () => {} },
      isStopping: () => true,
    },
  );
  api.admin.set('local-client');
  const answer = await ask(api.server, 'GET', path, { remoteAddress: '192.0.2.1' });
  expect(answer.statusCode).toBe(200);
});

it('a database that takes no changes is told, and does not make the server unhealthy', async () => {
  api = await startApi();
  Object.assign(api.store, { refusal: () => 'No change was accepted: the disk is full.' });
  const answer = await ask(api.server, 'GET', '/healthz');
  expect(answer.statusCode).toBe(200);
  expect(answer.json()).toEqual({
    healthy: true,
    changes: 'refused',
    reason: 'No change was accepted: the disk is full.',
  });
});
