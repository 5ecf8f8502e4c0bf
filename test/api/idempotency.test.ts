import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { startApp, type TestApp } from '../support/app.js';

const VOLUME = { size: 1, durability: { type: 'replicate', replicate: { replica: 3 } } };
const DAY_MS = 24 * 3600 * 1000;

let folder = '';
let app: TestApp;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'mortar-idempotency-'));
  app = await startApp({ db: join(folder, 'heketi.db') });
});

afterEach(async () => {
  vi.useRealTimers();
  await app.remove();
  rmSync(folder, { recursive: true, force: true });
});

async function ask(method: 'GET' | 'POST' | 'DELETE', url: string, body?: object, key?: string) {
  const answer = await app.server.inject({
    method,
    url,
    ...(body && { payload: JSON.stringify(body) }),
    ...(key !== undefined && { headers: { 'idempotency-key': key } }),
  });
  return { status: answer.statusCode, location: String(answer.headers.location ?? ''), body: answer.body };
}

async function settle(location: string) {
  await app.settled();
  return ask('GET', location);
}

/** Three nodes with one device each; answers the cluster's id. */
async function loadTopology(): Promise<string> {
  const cluster = (JSON.parse((await ask('POST', '/clusters', { block: true, file: true })).body) as { id: string }).id;
  for (const n of [1, 2, 3]) {
    const hostnames = { manage: [`n${n}`], storage: [`10.0.0.${n}`] };
    const added = await ask('POST', '/nodes', { cluster, zone: n, hostnames });
    const node = (await settle(added.location)).location.slice('/nodes/'.length);
    await settle((await ask('POST', '/devices', { node, name: '/dev/sdb' })).location);
  }
  return cluster;
}

async function volumes(): Promise<readonly string[]> {
  await app.settled();
  return (JSON.parse((await ask('GET', '/volumes')).body) as { volumes: string[] }).volumes;
}

describe('a create with an Idempotency-Key', () => {
  it("is answered with the first one's queue id, also after its answer was read", async () => {
    await loadTopology();
    const first = await ask('POST', '/volumes', VOLUME, 'k1');
    expect(first.status).toBe(202);
    expect(await ask('POST', '/volumes', VOLUME, 'k1')).toMatchObject({ status: 202, location: first.location });
    const answer = await settle(first.location);
    expect(answer.status).toBe(303);
    expect(await ask('POST', '/volumes', VOLUME, 'k1')).toMatchObject({ status: 202, location: first.location });
    expect(await settle(first.location)).toMatchObject({ status: 303, location: answer.location });
    expect(await volumes()).toEqual([answer.location.slice('/volumes/'.length)]);
  });

  it('makes one volume when it comes twice at once', async () => {
    await loadTopology();
    const both = await Promise.all([ask('POST', '/volumes', VOLUME, 'k1'), ask('POST', '/volumes', VOLUME, 'k1')]);
    expect(both.map(({ status }) => status)).toEqual([202, 202]);
    expect(both[0]?.location).toBe(both[1]?.location);
    expect(await volumes()).toHaveLength(1);
  });

  it('is refused when the same key comes with another body, and makes nothing', async () => {
    await loadTopology();
    await ask('POST', '/volumes', VOLUME, 'k1');
    const other = await ask('POST', '/volumes', { ...VOLUME, size: 2 }, 'k1');
    expect([other.status, other.body]).toEqual([422, expect.stringContaining('Idempotency-Key k1 was used')]);
    expect(await volumes()).toHaveLength(1);
  });

  it('does not use the key up when it is refused', async () => {
    const refused = await ask('POST', '/volumes', VOLUME, 'k1');
    expect(refused.status).toBe(400);
    await loadTopology();
    const tooLarge = await ask('POST', '/volumes', { ...VOLUME, size: 100_000 }, 'k2');
    expect([tooLarge.status, tooLarge.body]).toEqual([500, expect.stringContaining('No space')]);
    for (const key of ['k1', 'k2']) expect((await ask('POST', '/volumes', VOLUME, key)).status).toBe(202);
    expect(await volumes()).toHaveLength(2);
  });

  it('is known after a restart', async () => {
    await loadTopology();
    const first = await ask('POST', '/volumes', VOLUME, 'k1');
    const answer = await settle(first.location);
    await app.remove();
    app = await startApp({ db: join(folder, 'heketi.db') });
    expect(await ask('POST', '/volumes', VOLUME, 'k1')).toMatchObject({ status: 202, location: first.location });
    expect(await settle(first.location)).toMatchObject({ status: 303, location: answer.location });
    expect((await ask('POST', '/volumes', { ...VOLUME, size: 2 }, 'k1')).status).toBe(422);
    expect(await volumes()).toHaveLength(1);
  });

  it('is a new one a day later', async () => {
    await loadTopology();
    vi.useFakeTimers({ toFake: ['Date', 'performance'] });
    const first = await ask('POST', '/volumes', VOLUME, 'k1');
    await settle(first.location);
    vi.advanceTimersByTime(DAY_MS);
    expect((await ask('POST', '/volumes', VOLUME, 'k1')).location).toBe(first.location);
    vi.advanceTimersByTime(1);
    const second = await ask('POST', '/volumes', { ...VOLUME, size: 2 }, 'k1');
    expect(second.status).toBe(202);
    expect(second.location).not.toBe(first.location);
    await settle(second.location);
    expect(await ask('GET', first.location)).toMatchObject({ status: 404 });
    expect(await volumes()).toHaveLength(2);
  });

  it('has to be printable and not too long', async () => {
    await loadTopology();
    for (const key of ['', 'a'.repeat(256), 'tab\there']) {
      expect((await ask('POST', '/volumes', VOLUME, key)).status).toBe(400);
    }
    expect(await volumes()).toEqual([]);
  });
});

it('refuses a name that exists, key or not', async () => {
  await loadTopology();
  const named = { ...VOLUME, name: 'once' };
  await settle((await ask('POST', '/volumes', named, 'k1')).location);
  for (const key of [undefined, 'k2']) {
    const again = await ask('POST', '/volumes', named, key);
    expect([again.status, again.body]).toEqual([500, expect.stringContaining("Volume name 'once' already in use")]);
  }
  expect(await volumes()).toHaveLength(1);
});
