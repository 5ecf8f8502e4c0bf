import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { startApp, type TestApp } from '../support/app.js';

const VOLUME = { size: 1, durability: { type: 'replicate', replicate: { replica: 3 } } };

let folder = '';
let app: TestApp;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'mortar-client-names-'));
  app = await startApp({ db: join(folder, 'heketi.db') });
  for (const nodes of [
    [1, 2, 3],
    [4, 5, 6],
  ])
    await loadCluster(nodes);
});

afterEach(async () => {
  await app.remove();
  rmSync(folder, { recursive: true, force: true });
});

async function ask(method: 'GET' | 'POST' | 'DELETE', url: string, body?: object) {
  const answer = await app.server.inject({ method, url, ...(body && { payload: JSON.stringify(body) }) });
  return { status: answer.statusCode, location: String(answer.headers.location ?? ''), body: answer.body };
}

async function settle(location: string) {
  await app.settled();
  return ask('GET', location);
}

async function loadCluster(numbers: readonly number[]): Promise<void> {
  const cluster = (JSON.parse((await ask('POST', '/clusters', { block: true, file: true })).body) as { id: string }).id;
  for (const n of numbers) {
    const hostnames = { manage: [`n${n}`], storage: [`10.0.0.${n}`] };
    const added = await ask('POST', '/nodes', { cluster, zone: n, hostnames });
    const node = (await settle(added.location)).location.slice('/nodes/'.length);
    await settle((await ask('POST', '/devices', { node, name: '/dev/sdb' })).location);
  }
}

/** Creates or clones, and answers the new volume's id. */
async function made(url: string, body: object): Promise<string> {
  const { location } = await settle((await ask('POST', url, body)).location);
  return location.slice('/volumes/'.length);
}

async function named(clientName: string): Promise<unknown> {
  return JSON.parse((await ask('GET', `/volumes?client_name=${encodeURIComponent(clientName)}`)).body);
}

it('a volume is found by what its client calls it, also after a restart', async () => {
  const name = 'pvc-1 & "Größe" 💾';
  const id = await made('/volumes', { ...VOLUME, client_name: name });
  await made('/volumes', VOLUME);
  await app.remove();
  app = await startApp({ db: join(folder, 'heketi.db') });
  expect(await named(name)).toEqual({ volumes: [id], client_name: name });
  expect(JSON.parse((await ask('GET', `/volumes/${id}`)).body)).toMatchObject({ id, client_name: name });
  expect(await named('pvc-2')).toEqual({ volumes: [], client_name: 'pvc-2' });
});

it('a name that is taken is refused in every cluster, with or without the same request', async () => {
  const id = await made('/volumes', { ...VOLUME, client_name: 'pvc-1' });
  for (const body of [VOLUME, { ...VOLUME, size: 2, name: 'other' }]) {
    const again = await ask('POST', '/volumes', { ...body, client_name: 'pvc-1' });
    expect([again.status, again.body]).toEqual([
      409,
      expect.stringContaining(`Volume ${id} has the client_name "pvc-1"`),
    ]);
  }
  expect(JSON.parse((await ask('GET', '/volumes')).body)).toEqual({ volumes: [id] });
});

it('of two requests at once, one makes the volume; until it is complete it is not listed', async () => {
  const both = await Promise.all([1, 2].map(() => ask('POST', '/volumes', { ...VOLUME, client_name: 'pvc-1' })));
  expect(both.map(({ status }) => status).sort()).toEqual([202, 409]);
  expect(await named('pvc-1')).toEqual({ volumes: [], client_name: 'pvc-1' });
  await app.settled();
  expect(await named('pvc-1')).toMatchObject({ volumes: [expect.stringMatching(/^[0-9a-f]{32}$/)] });
});

it('a name is free again once its volume is deleted, or was never made', async () => {
  const id = await made('/volumes', { ...VOLUME, client_name: 'pvc-1' });
  const deletion = await ask('DELETE', `/volumes/${id}`);
  expect((await ask('POST', '/volumes', { ...VOLUME, client_name: 'pvc-1' })).status).toBe(409);
  expect(await named('pvc-1')).toMatchObject({ volumes: [] });
  expect((await settle(deletion.location)).status).toBe(204);
  expect((await ask('POST', '/volumes', { ...VOLUME, size: 100_000, client_name: 'pvc-1' })).status).toBe(500);
  const again = await made('/volumes', { ...VOLUME, client_name: 'pvc-1' });
  expect(await named('pvc-1')).toMatchObject({ volumes: [again] });
});

it('a clone has a name of its own, and says what it was made from', async () => {
  const source = await made('/volumes', { ...VOLUME, client_name: 'pvc-1' });
  const clone = `/volumes/${source}/clone`;
  expect((await ask('POST', clone, { client_name: 'pvc-1' })).status).toBe(409);
  const named = await made(clone, { client_name: 'pvc-2' });
  const unnamed = await made(clone, {});
  const info = async (id: string) => JSON.parse((await ask('GET', `/volumes/${id}`)).body);
  expect(await info(named)).toMatchObject({ client_name: 'pvc-2', cloned_from: source });
  expect(await info(unnamed)).toMatchObject({ cloned_from: source });
  expect(await info(unnamed)).not.toHaveProperty('client_name');
  expect(await info(source)).not.toHaveProperty('cloned_from');
});

it.each(['', 'a\u0000b', 'x'.repeat(129), 7])('the name %j is refused, and makes nothing', async (name) => {
  expect((await ask('POST', '/volumes', { ...VOLUME, client_name: name })).status).toBeGreaterThanOrEqual(400);
  expect(JSON.parse((await ask('GET', '/volumes')).body)).toEqual({ volumes: [] });
});

it('an expansion from a size that the volume has no more is refused', async () => {
  const id = await made('/volumes', VOLUME);
  const expand = (from_size: number) => ask('POST', `/volumes/${id}/expand`, { expand_size: 2, from_size });
  await settle((await expand(1)).location);
  const again = await expand(1);
  expect([again.status, again.body]).toEqual([409, expect.stringContaining('it has 3 GiB now')]);
  await settle((await expand(3)).location);
  expect(JSON.parse((await ask('GET', `/volumes/${id}`)).body)).toMatchObject({ size: 5 });
});
