import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startApp, type TestApp } from '../support/app.js';

const DISPERSE = { type: 'disperse', disperse: { data: 2, redundancy: 1 } };
const REPLICA_3 = { type: 'replicate', replicate: { replica: 3 } };
const ARBITER = 'user.heketi.arbiter true';

interface Plan {
  readonly fits: boolean;
  readonly clusterId: string | null;
  readonly bricks: readonly {
    readonly set: number;
    readonly zone: number;
    readonly nodeName: string;
    readonly isArbiter: boolean;
    readonly sizeKib: number;
    readonly takesKib: number;
    readonly freeAfterKib: number;
  }[];
  readonly refusals: readonly { readonly text: string; readonly devices: readonly { readonly refusal: string }[] }[];
  readonly largestGib: number;
}

let app: TestApp;

beforeEach(async () => {
  app = await startApp();
});

afterEach(async () => {
  await app.remove();
});

async function plan(body: object): Promise<Plan> {
  const answer = await app.post('/placements', body);
  expect(answer.statusCode).toBe(200);
  return JSON.parse(answer.body) as Plan;
}

async function get<T>(url: string): Promise<T> {
  return JSON.parse((await app.server.inject({ method: 'GET', url })).body) as T;
}

async function addCluster(flags: { block: boolean; file: boolean }, zones: readonly number[], name = 'n') {
  const cluster = (JSON.parse((await app.post('/clusters', flags)).body) as { id: string }).id;
  for (const [i, zone] of zones.entries()) {
    const hostnames = { manage: [`${name}${i}`], storage: [`${name}${i}.storage`] };
    const queued = await app.post('/nodes', { cluster, zone, hostnames });
    const done = await app.server.inject({ method: 'GET', url: String(queued.headers.location) });
    const node = String(done.headers.location).slice('/nodes/'.length);
    await app.post('/devices', { node, name: '/dev/sdb', tags: { tier: i === 0 ? 'ssd' : 'hdd' } });
  }
  return cluster;
}

describe('POST /placements', () => {
  it('plans what a create then does, and changes nothing itself', async () => {
    const cluster = await addCluster({ block: true, file: true }, [1, 2, 3]);
    const before = await get<object>('/db/dump');
    const planned = await plan({ size: 10, durability: REPLICA_3 });
    expect(await get<object>('/db/dump')).toEqual(before);
    expect(planned).toMatchObject({ fits: true, clusterId: cluster, refusals: [] });
    expect(new Set(planned.bricks.map(({ nodeName }) => nodeName)).size).toBe(3);
    for (const { takesKib, freeAfterKib } of planned.bricks)
      expect([takesKib, freeAfterKib]).toEqual([10_539_008, 524_288_000 - 10_539_008]);

    const { largestGib } = planned;
    expect((await app.post('/volumes', { size: largestGib + 1, durability: REPLICA_3 })).statusCode).toBe(500);
    expect((await app.post('/volumes', { size: largestGib, durability: REPLICA_3 })).statusCode).toBe(202);
    expect(await plan({ size: 1, durability: REPLICA_3 })).toMatchObject({ fits: false, largestGib: 0 });
  });

  it('gives every fragment of a disperse set the same size, arbiter option or not', async () => {
    await addCluster({ block: true, file: true }, [1, 2, 3]);
    const { bricks } = await plan({ size: 10, durability: DISPERSE, glustervolumeoptions: [ARBITER] });
    expect(bricks.map(({ sizeKib }) => sizeKib)).toEqual([5_242_880, 5_242_880, 5_242_880]);
    expect(bricks.some(({ isArbiter }) => isArbiter)).toBe(false);
  });

  it('combines strict zones, an arbiter and a tag rule', async () => {
    await addCluster({ block: true, file: true }, [1, 1, 2, 3]);
    const strict = [ARBITER, 'user.heketi.zone-checking strict'];
    const { bricks } = await plan({ size: 10, durability: REPLICA_3, glustervolumeoptions: strict });
    expect(bricks.map(({ zone }) => zone).sort()).toEqual([1, 2, 3]);
    expect(bricks.map(({ isArbiter }) => isArbiter)).toEqual([false, false, true]);

    const hdd = [...strict, 'user.heketi.device-tag-match tier=hdd'];
    const { bricks: ofHdd } = await plan({ size: 10, durability: REPLICA_3, glustervolumeoptions: hdd });
    expect(ofHdd.map(({ nodeName }) => nodeName).sort()).toEqual(['n1', 'n2', 'n3']);

    const ssd = [...strict, 'user.heketi.device-tag-match tier=ssd'];
    const refused = await plan({ size: 10, durability: REPLICA_3, glustervolumeoptions: ssd });
    expect(refused).toMatchObject({ fits: false, bricks: [], largestGib: 0 });
    const refusals = refused.refusals.flatMap(({ devices }) => devices.map(({ refusal }) => refusal));
    expect(refusals.sort()).toEqual(['tag', 'tag', 'tag', 'zone-taken']);
  });

  it('lets the last of several equal options count', async () => {
    await addCluster({ block: true, file: true }, [1, 1, 1]);
    const zones = (last: string) => ['user.heketi.zone-checking strict', `user.heketi.zone-checking ${last}`];
    for (const [last, fits] of [
      ['none', true],
      ['strict', false],
    ] as const)
      expect((await plan({ size: 1, durability: REPLICA_3, glustervolumeoptions: zones(last) })).fits).toBe(fits);
  });

  it('names no size where the number of volumes is what is in the way', async () => {
    await app.remove();
    app = await startApp({ max_volumes_per_cluster: 1 });
    await addCluster({ block: true, file: true }, [1]);
    expect((await app.post('/volumes', { size: 1 })).statusCode).toBe(202);
    const refused = await plan({ size: 1 });
    expect(refused).toMatchObject({ fits: false, largestGib: 0 });
    expect(refused.refusals[0]?.text).toContain('Cluster has 1 volumes and limit is 1');
  });

  it('goes past clusters that do not take the kind of volume', async () => {
    const off = await addCluster({ block: false, file: false }, [1], 'a');
    const block = await addCluster({ block: true, file: false }, [1], 'b');
    const refused = await plan({ size: 1 });
    expect(refused.largestGib).toBe(0);
    expect(refused.refusals[0]?.text).toContain(`Cluster ${off}: Cluster has disabled all volume types`);
    expect(refused.refusals[0]?.text).toContain(`Cluster ${block}: Cluster does not support requested volume type`);
    const file = await addCluster({ block: false, file: true }, [1], 'c');
    expect((await plan({ size: 1 })).clusterId).toBe(file);
    expect((await plan({ size: 10, block: true })).clusterId).toBe(block);
  });
});

describe('POST /placements/expansions', () => {
  it('plans what an expansion then does, and the largest one', async () => {
    const cluster = await addCluster({ block: true, file: true }, [1, 2, 3]);
    const queued = await app.post('/volumes', { size: 10, durability: REPLICA_3 });
    const made = await app.server.inject({ method: 'GET', url: String(queued.headers.location) });
    const id = String(made.headers.location).slice('/volumes/'.length);
    const ask = (expand_size: number) => app.post('/placements/expansions', { id, expand_size });
    const expand = (size: number) => app.post(`/volumes/${id}/expand`, { expand_size: size });

    const before = await get<object>('/db/dump');
    const planned = JSON.parse((await ask(20)).body) as Plan;
    expect(await get<object>('/db/dump')).toEqual(before);
    expect(planned).toMatchObject({ fits: true, clusterId: cluster, refusals: [] });
    expect(planned.bricks.map(({ set, sizeKib }) => [set, sizeKib])).toEqual([1, 2, 3].map(() => [0, 20_971_520]));

    const { largestGib } = planned;
    const refused = JSON.parse((await ask(largestGib + 1)).body) as Plan;
    expect(refused).toMatchObject({ fits: false, bricks: [], largestGib });
    expect(refused.refusals[0]?.devices).toHaveLength(3);
    expect((await expand(largestGib + 1)).statusCode).toBe(500);
    expect((await expand(largestGib)).statusCode).toBe(202);
  });

  it('refuses what the expansion would refuse', async () => {
    const cluster = await addCluster({ block: true, file: true }, [1, 2, 3]);
    expect((await app.post('/placements/expansions', { id: cluster, expand_size: 1 })).statusCode).toBe(404);
    expect((await app.post('/placements/expansions', { id: cluster, expand_size: 0 })).statusCode).toBe(400);
  });
});
