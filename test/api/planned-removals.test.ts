import { afterEach, beforeEach, expect, it } from 'vitest';
import { startApp, type TestApp } from '../support/app.js';

let app: TestApp;
beforeEach(async () => {
  app = await startApp();
});
afterEach(() => app.remove());

const get = async <T>(url: string): Promise<T> =>
  JSON.parse((await app.server.inject({ method: 'GET', url })).body) as T;
const plan = (body: object) => app.post('/placements/evictions', body);

/** A cluster of four nodes with one device each, and a volume of three bricks; answers one of its bricks. */
async function makeVolume() {
  const cluster = (JSON.parse((await app.post('/clusters', { block: true, file: true })).body) as { id: string }).id;
  for (const n of [1, 2, 3, 4]) {
    const hostnames = { manage: [`n${n}`], storage: [`n${n}.storage`] };
    await app.post('/nodes', { cluster, zone: n, hostnames });
  }
  for (const node of (await get<{ nodes: string[] }>(`/clusters/${cluster}`)).nodes)
    await app.post('/devices', { node, name: '/dev/sdb' });
  await app.post('/volumes', { size: 10, durability: { type: 'replicate', replicate: { replica: 3 } } });
  const [id] = (await get<{ volumes: string[] }>('/volumes')).volumes;
  const [brick] = (await get<{ bricks: { id: string; node: string; device: string }[] }>(`/volumes/${id}`)).bricks;
  if (!brick) throw new Error('no brick');
  return brick;
}

it('answers what the removal of a device or node, or an eviction, would move', async () => {
  const { id, node, device } = await makeVolume();
  for (const [change, of] of [
    ['evict-brick', id],
    ['remove-device', device],
    ['remove-node', node],
    ['lose-node', node],
  ]) {
    const answer = await plan({ change, id: of });
    expect(answer.statusCode, answer.body).toBe(200);
    expect(answer.json()).toMatchObject({
      isPossible: change === 'evict-brick',
      movable: 1,
      bricks: [
        { brickId: id, from: { nodeId: node, deviceId: device }, to: { deviceName: '/dev/sdb' }, obstacle: null },
      ],
    });
    expect(answer.json().bricks[0].to.nodeId).not.toBe(node);
  }
});

it('answers what a reinstatement would bring back', async () => {
  const { node, device } = await makeVolume();
  const answer = await plan({ change: 'reinstate-node', id: node, disks: { [device]: '/dev/sdb' } });
  expect(answer.statusCode, answer.body).toBe(200);
  const stranger = await plan({ change: 'reinstate-node', id: node, disks: { ['f'.repeat(32)]: '/dev/sdb' } });
  expect(stranger.json()).toMatchObject({ isPossible: false, obstacle: expect.stringMatching(/has no device/) });
  expect((await plan({ change: 'reinstate-node', id: node, disks: { [device]: 'sdb' } })).statusCode).toBe(400);
});

it('refuses what it can not plan', async () => {
  const id = 'f'.repeat(32);
  expect((await plan({ change: 'remove-node', id })).statusCode).toBe(404);
  for (const body of [
    { id },
    { change: 'remove-node' },
    { change: 'delete-volume', id },
    { change: 'evict-brick', id: 'x' },
  ])
    expect((await plan(body)).statusCode).toBe(400);
  expect((await plan({ change: 'remove-node', id, healcheck: 'never' })).statusCode).toBe(400);
});
