import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startApp, type TestApp } from '../support/app.js';
import { makeDatabase } from '../support/made-database.js';
import { makeMemoryFolder } from '../support/memory-folder.js';

const NODES = 100;
const DEVICES = NODES * 12;
const MOST_BYTES = 32 * 1024;
/** More than the bricks that a volume may have can hold. */
const TOO_LARGE = { size: 900_000, durability: { type: 'replicate', replicate: { replica: 3 } } };

interface Refusal {
  readonly counts: Readonly<Record<string, number>>;
  readonly devices: readonly { readonly deviceId: string; readonly detail: string }[];
}

const folder = makeMemoryFolder('mortar-many-');
let app: TestApp;

beforeAll(async () => {
  const db = join(folder, 'heketi.db');
  await makeDatabase(db, { volumes: 1, volumesPerCluster: 1, nodes: NODES, devicesPerNode: 12 });
  app = await startApp({ db });
});

afterAll(async () => {
  await app.remove();
  rmSync(folder, { recursive: true, force: true });
});

async function refusal(url: string): Promise<{ readonly bytes: number; readonly told: Refusal }> {
  const { statusCode, body } = await app.post(url, TOO_LARGE);
  expect(statusCode).toBe(200);
  const [told] = (JSON.parse(body) as { readonly refusals: readonly Refusal[] }).refusals;
  if (!told) throw new Error('it would fit');
  return { bytes: body.length, told };
}

it('a plan that does not fit tells of the nearest devices, and how many there are for each reason', async () => {
  const { bytes, told } = await refusal('/placements');
  expect(bytes).toBeLessThan(MOST_BYTES);
  expect(told.counts).toEqual({ 'limit-reached': DEVICES });
  expect(told.devices).toHaveLength(20);
});

it('a plan that does not fit tells of every device with ?all=true', async () => {
  const { told } = await refusal('/placements?all=true');
  expect(new Set(told.devices.map(({ deviceId }) => deviceId)).size).toBe(DEVICES);
  expect(told.devices.every(({ detail }) => detail.startsWith('has room for smaller bricks'))).toBe(true);
});
