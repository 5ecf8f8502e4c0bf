import { afterEach, describe, expect, it } from 'vitest';
import { startApp, type TestApp } from '../support/app.js';
import { ask } from './api-server.js';

const AUTO = { auto_create_block_hosting_volume: true, block_hosting_volume_size: 100 };

let app: TestApp;
afterEach(() => app.remove());

async function start(glusterfs: object): Promise<void> {
  app = await startApp(glusterfs);
  const cluster = (JSON.parse((await app.post('/clusters', { block: true, file: true })).body) as { id: string }).id;
  for (const name of ['n1', 'n2', 'n3']) {
    const hostnames = { manage: [name], storage: [`${name}.storage`] };
    const queued = await app.post('/nodes', { cluster, zone: 1, hostnames });
    const node = String((await get(String(queued.headers.location))).headers.location).slice('/nodes/'.length);
    await app.post('/devices', { node, name: '/dev/sdb' });
  }
}

const get = (url: string) => ask(app.server, 'GET', url);
const json = async <T>(url: string) => JSON.parse((await get(url)).body) as T;
const plan = async (body: object) => JSON.parse((await app.post('/placements/blockvolumes', body)).body) as unknown;

describe('POST /placements/blockvolumes', () => {
  it('plans what a create then does, and changes nothing itself', async () => {
    await start(AUTO);
    const before = await json<object>('/db/dump');
    expect(await plan({ size: 10 })).toMatchObject({ fits: true, hosting: null, reason: '', largestGib: 98 });
    expect(await plan({ size: 99 })).toMatchObject({ fits: false, largestGib: 98 });
    expect(await json<object>('/db/dump')).toEqual(before);
    expect((await app.post('/blockvolumes', { size: 99 })).statusCode).toBe(500);
    expect((await app.post('/blockvolumes', { size: 98 })).statusCode).toBe(202);
    const [id] = (await json<{ volumes: string[] }>('/volumes')).volumes;
    expect(await plan({ size: 1 })).toMatchObject({ fits: true, hosting: null, newHosting: { fits: true } });
    await app.post(`/blockvolumes`, { size: 1 });
    expect(await plan({ size: 1 })).toMatchObject({ fits: true, hosting: { freeGib: 97 } });
    expect(id).toMatch(/^[0-9a-f]{32}$/);
  });

  it('refuses unknown clusters as a create does', async () => {
    await start({});
    for (const path of ['/placements/blockvolumes', '/blockvolumes'])
      expect((await app.post(path, { size: 1, clusters: ['0'.repeat(32)] })).statusCode).toBe(400);
  });
});

describe('a block volume', () => {
  it('is shown to nobody before it is complete, and gone at once when it is to be deleted', async () => {
    await start(AUTO);
    const created = await app.post('/blockvolumes', { size: 5, auth: true });
    const location = String((await get(String(created.headers.location))).headers.location);
    expect(location).toMatch(/^\/blockvolumes\/[0-9a-f]{32}$/);
    const [id] = (await json<{ blockvolumes: string[] }>('/blockvolumes')).blockvolumes;
    expect(location).toBe(`/blockvolumes/${id}`);
    const queued = await ask(app.server, 'DELETE', location);
    expect([queued.statusCode, (await get(location)).statusCode]).toEqual([202, 404]);
    await app.settled();
    expect((await ask(app.server, 'DELETE', location)).body).toBe('Id not found\n');
  });
});
