import { writeFileSync } from 'node:fs';
import { afterEach, expect, it } from 'vitest';
import type { HandlerDeps } from '../../src/api/handlers/deps.js';
import { Comparisons } from '../../src/operations/examination/comparisons.js';
import { openTemporary, temporaryFile } from '../store/temporary-database.js';
import { ANSWERED_ROUTES } from './answered-routes.js';
import { type ApiServer, ask, bearer, KEYS, NOW_MS, startApi, UNKNOWN_ID } from './api-server.js';

const REFUSAL = 'held, and what to do';
const COPIED_MS = NOW_MS - 3_600_000;
/** Change nothing on hosts, and are needed to look at them or to end the state. */
const ANSWERED = [
  '/placements',
  '/placements/blockvolumes',
  '/placements/evictions',
  '/placements/expansions',
  '/devices/preflight',
  '/restore/confirm',
  '/admin',
  '/internal/logging',
  '/hostkeys/forget',
];

let api: ApiServer;
afterEach(() => api.server.close());

function held(confirm = async () => {}): HandlerDeps['restored'] {
  return { isHeld: true, refusal: REFUSAL, copiedAt: COPIED_MS, startedAt: NOW_MS, confirm };
}

it('a held server refuses every change, and answers every question', async () => {
  api = await startApi({}, { restored: held() });
  for (const { method, path, changesNothing } of ANSWERED_ROUTES) {
    const url = path.replace('{id}', UNKNOWN_ID);
    const { statusCode, body, headers } = await ask(api.server, method, url, { payload: '{}' });
    const isChange = (method !== 'GET' && !changesNothing) || path === '/devices/{id}/resync';
    if (isChange && !ANSWERED.includes(path)) {
      expect([url, statusCode, body, headers['retry-after']]).toEqual([url, 503, `${REFUSAL}\n`, undefined]);
    } else {
      expect([url, body]).not.toEqual([url, `${REFUSAL}\n`]);
    }
  }
  expect(api.calls.map(({ name }) => name)).toEqual(
    expect.not.arrayContaining(['createVolume', 'cleanUp', 'resyncDevice']),
  );
});

it('/restore tells since when the server is held, and the differences to the hosts', async () => {
  const differences = [
    { kind: 'missing-mount', clusterId: 'c', host: 'h', nodeId: 'n', subject: 's', text: 't', remedy: 'r', about: [] },
  ] as const;
  const pool = {
    examine: () => Promise.reject(new Error('not asked')),
    differences: async () => ({ differences, notCompared: [], pendingOperations: ['o'] }),
    comparisons: new Comparisons(() => Promise.reject(new Error('not asked'))),
  };
  api = await startApi({}, { restored: held(), pool });
  expect((await ask(api.server, 'GET', '/restore')).json()).toEqual({
    held: true,
    started_at: new Date(NOW_MS).toISOString(),
    copied_at: new Date(COPIED_MS).toISOString(),
    differences: {
      differences: [{ kind: 'missing-mount', cluster: 'c', host: 'h', subject: 's', text: 't', remedy: 'r' }],
      notcompared: [],
      pendingoperations: ['o'],
    },
  });
  await api.server.close();
  api = await startApi();
  expect((await ask(api.server, 'GET', '/restore')).json()).toEqual({
    held: false,
    started_at: new Date(NOW_MS).toISOString(),
  });
});

it('only an administrator confirms', async () => {
  let confirmed = 0;
  const restored = held(async () => void confirmed++);
  api = await startApi({}, { restored, auth: { adminKey: KEYS.admin, userKey: KEYS.user, iatLeewaySeconds: 120 } });
  const confirm = (headers: object) => ask(api.server, 'POST', '/restore/confirm', { headers: { ...headers } });
  const user = bearer('POST', '/restore/confirm', { iss: 'user' }, KEYS.user);
  expect([(await confirm({})).statusCode, (await confirm(user)).statusCode, confirmed]).toEqual([401, 401, 0]);
  expect((await confirm(bearer('POST', '/restore/confirm'))).statusCode).toBe(204);
  expect(confirmed).toBe(1);
});

it('a backup is marked as a copy unless it is for the server that goes on in place of this one', async () => {
  api = await startApi();
  const copiedAt = async (purpose?: string) => {
    const headers = purpose === undefined ? {} : { 'x-backup-purpose': purpose };
    const answer = await ask(api.server, 'GET', '/backup/db', { headers });
    if (answer.statusCode !== 200) return answer.body;
    const file = temporaryFile();
    writeFileSync(file, answer.rawPayload);
    return (await openTemporary(file)).read((tx) => tx.origin.copiedAt());
  };
  expect(await copiedAt()).toEqual(expect.any(Number));
  expect(await copiedAt('archive')).toEqual(expect.any(Number));
  expect(await copiedAt('deployment')).toBeNull();
  expect(await copiedAt('anything')).toBe('X-Backup-Purpose must be archive or deployment\n');
  await api.store.write((tx) => tx.origin.setCopiedAt(5));
  expect(await copiedAt('deployment')).toBe(5);
});
