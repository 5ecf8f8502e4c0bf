import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Id, newId } from '../../src/domain/ids.js';
import { MockExecutor } from '../../src/executors/mock/mock-executor.js';
import type { SimulatedHosts } from '../../src/executors/mock/simulated-hosts.js';
import { dumpDatabase } from '../../src/interchange/dump.js';
import type { HeketiDump } from '../../src/interchange/heketi-dump.js';
import { stringifyJson } from '../../src/json/stringify-json.js';
import type { SoughtCluster } from '../../src/operations/adoption/found-pool.js';
import { knownClusters } from '../../src/operations/adoption/known-clusters.js';
import { sharedDevices } from '../../src/operations/adoption/plan-adoption.js';
import { writeAdoptedCluster } from '../../src/operations/adoption/write-adopted.js';
import { openStore } from '../../src/store/open-store.js';
import type { Store } from '../../src/store/store.js';
import { planFor, soughtHosts, withoutNewIds } from '../support/adopting.js';
import { differences } from '../support/differences.js';
import { makeMemoryFolder } from '../support/memory-folder.js';
import {
  blockVolumeRequest,
  done,
  loadTopology,
  openPool,
  type Pool,
  strictHosts,
  volumeIdOf,
  volumeRequest,
} from '../support/pool.js';

const HOSTS = 6;
const DISKS = ['/dev/sdb', '/dev/sdc'];

let folder = '';
beforeEach(() => {
  folder = makeMemoryFolder('mortar-adoption-');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const file = (name: string): string => join(folder, `${name}.db`);
const none = { type: 'none', replica: 0, disperseData: 0, disperseRedundancy: 0 } as const;

async function create(pool: Pool, changes: Parameters<typeof volumeRequest>[0]): Promise<Id> {
  return volumeIdOf(await done(pool, await pool.operations.createVolume(volumeRequest(changes))));
}

/** Volumes of every kind, some of them grown. */
async function makeEverything(pool: Pool): Promise<void> {
  await create(pool, { name: 'plain', gid: 2000, options: ['performance.cache-size 256MB'] });
  await create(pool, { sizeGib: 7, durability: none });
  await create(pool, {
    sizeGib: 11,
    durability: { ...none, type: 'disperse', disperseData: 4, disperseRedundancy: 2 },
  });
  await create(pool, { sizeGib: 10, snapshotEnabled: true, snapshotFactor: Math.fround(1.7) });
  await create(pool, { sizeGib: 20, options: ['user.heketi.arbiter true', 'user.heketi.average-file-size 128'] });
  const grown = await create(pool, { name: 'grown', sizeGib: 3 });
  await done(pool, await pool.operations.expandVolume(grown, 5));
  const hosting = await create(pool, { name: 'hosting', sizeGib: 50, isBlockHosting: true });
  for (const hasAuth of [false, true]) {
    await done(pool, await pool.operations.createBlockVolume(blockVolumeRequest({ sizeGib: 6, haCount: 2, hasAuth })));
  }
  expect(await pool.store.read((tx) => tx.blockVolumes.listByHostingVolume(hosting))).toHaveLength(2);
}

/** The records of a pool as they can be known from its hosts: see the test that says what can't. */
async function knowable(store: Store): Promise<unknown> {
  const [cluster] = await store.read(knownClusters);
  const dump = await store.read(dumpDatabase);
  const text = withoutNewIds(stringifyJson(withoutUnknown(dump)), cluster as SoughtCluster);
  return sorted(JSON.parse(text));
}

function withoutUnknown({ dbattributeentries: _attributes, volumeentries, ...dump }: HeketiDump): object {
  const volumes = Object.entries(volumeentries).map(([id, volume]) => {
    const { mount, ...info } = volume.Info;
    // Groups of options are files on the hosts, and what a request left empty is nowhere.
    const options = (volume.GlusterVolumeOptions ?? []).filter((text) => text !== '' && !info.block).sort();
    const hosts = [...(mount.glusterfs.hosts ?? [])].sort();
    return [id, { ...volume, Info: { ...info, hosts }, GlusterVolumeOptions: options }];
  });
  return { ...dump, volumeentries: Object.fromEntries(volumes) };
}

/** Lists of ids are in the order of ids, which are new. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) {
    const items = value.map(sorted);
    return items.every((item) => typeof item === 'string') ? items.sort() : items;
  }
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, sorted(member)]));
}

async function adopted(hosts: SimulatedHosts, cluster: SoughtCluster): Promise<Store> {
  const plan = await planFor(new MockExecutor(hosts), cluster);
  expect({ open: plan.open, unread: plan.unread }).toEqual({ open: [], unread: [] });
  const store = await openStore({ file: file('adopted') });
  await store.write((tx) => writeAdoptedCluster(tx, plan));
  return store;
}

describe('a pool whose database is lost', () => {
  it('is adopted from its hosts as it was, and its volumes are expanded and deleted', async () => {
    const hosts = strictHosts(HOSTS, DISKS.length, 400);
    const first = await openPool(file('first'), new MockExecutor(hosts));
    await loadTopology(first, HOSTS, DISKS.length);
    await makeEverything(first);
    const lost = await knowable(first.store);
    await first.store.close();
    rmSync(file('first'));

    const store = await adopted(hosts, soughtHosts(HOSTS, DISKS));
    expect(await knowable(store)).toEqual(lost);
    expect(await differences(store, hosts)).toEqual([]);
    const pool = await openPool(file('adopted'), new MockExecutor(hosts), { store });
    try {
      for (const { id } of await store.read((tx) => tx.volumes.list()))
        await done(pool, await pool.operations.expandVolume(id, 12));
      expect(await differences(store, hosts)).toEqual([]);
      for (const { id } of await store.read((tx) => tx.blockVolumes.list()))
        await done(pool, await pool.operations.deleteBlockVolume(id));
      for (const { id } of await store.read((tx) => tx.volumes.list()))
        await done(pool, await pool.operations.deleteVolume(id));
      expect(await store.read((tx) => tx.bricks.list())).toEqual([]);
      for (const device of await store.read((tx) => tx.devices.list())) expect(device.usedKib).toBe(0);
      expect(await differences(store, hosts)).toEqual([]);
    } finally {
      await pool.runner.settled();
      await store.close();
    }
  });
});

/** A pool of three hosts whose records are thrown away. */
async function withLostPool(work: (hosts: SimulatedHosts) => Promise<void>, make: (pool: Pool) => Promise<void>) {
  const hosts = strictHosts(3, DISKS.length);
  const pool = await openPool(file('lost'), new MockExecutor(hosts));
  await loadTopology(pool, 3, DISKS.length);
  await make(pool);
  await pool.runner.settled();
  await pool.store.close();
  await work(hosts);
}

const oneVolume = async (pool: Pool): Promise<void> => void (await create(pool, { name: 'v' }));
const plan = (hosts: SimulatedHosts, cluster: SoughtCluster) => planFor(new MockExecutor(hosts), cluster);

async function run(hosts: SimulatedHosts, ...argv: readonly string[]): Promise<void> {
  const [result] = await new MockExecutor(hosts).run('h1', [{ argv, timeoutMs: 1000 }]);
  expect(result?.exitCode, `${argv.join(' ')}: ${result?.stderr}`).toBe(0);
}
const gluster = (hosts: SimulatedHosts, ...words: readonly string[]) =>
  run(hosts, 'gluster', '--mode=script', 'volume', ...words);

describe('what is not taken over is said, and left alone', () => {
  it('a host that does not answer, of which nothing is known', () =>
    withLostPool(async (hosts) => {
      hosts.setHostUp('h2', false);
      const { unread, volumes, open } = await plan(hosts, soughtHosts(3, DISKS));
      expect(unread).toEqual([expect.stringMatching(/^h2: /)]);
      expect(volumes).toEqual([]);
      expect(open).toContainEqual(
        expect.stringMatching(/^volume v is not taken over: brick 10\.0\.0\.\d:.*storage name of no node/),
      );
    }, oneVolume));

  it('bricks of a volume that somebody deleted', () =>
    withLostPool(async (hosts) => {
      await gluster(hosts, 'stop', 'v', 'force');
      await gluster(hosts, 'delete', 'v');
      const { open, volumes, devices } = await plan(hosts, soughtHosts(3, DISKS));
      expect(volumes).toEqual([]);
      expect(open).toHaveLength(3);
      for (const text of open)
        expect(text).toMatch(
          /^h\d: vg_\w{32}\/brick_\w{32} is a brick of no volume that is taken over; its space counts/,
        );
      expect(devices.filter(({ usedKib }) => usedKib > 10 * 2 ** 20)).toHaveLength(3);
    }, oneVolume));

  it('a node that the topology lacks, with the volumes on it', () =>
    withLostPool(async (hosts) => {
      const { open, volumes } = await plan(hosts, soughtHosts(2, DISKS));
      expect(volumes).toEqual([]);
      expect(open).toContain(
        "node3.example is a member of the trusted pool, and in the topology no node's storage name",
      );
      expect(open).toContainEqual(expect.stringContaining('10.0.0.3 is the first storage name of no node'));
    }, oneVolume));

  it('disks that the topology lacks, and those that only it has', () =>
    withLostPool(async (hosts) => {
      const { open, devices } = await plan(hosts, soughtHosts(3, ['/dev/sdb', '/dev/sdz']));
      expect(devices).toHaveLength(6);
      expect(
        open.filter((text) => /\/dev\/sdc \(vg_\w+\) is taken over, and is not in the topology/.test(text)),
      ).toHaveLength(3);
      expect(open.filter((text) => text.includes('/dev/sdz has no volume group of ours'))).toHaveLength(3);
    }, oneVolume));
});

it('a host that is named twice is told: its devices would belong to two nodes', () =>
  withLostPool(async (hosts) => {
    const sought = soughtHosts(3, DISKS);
    const [h1] = sought.nodes;
    if (!h1) throw new Error('no host');
    const again = { ...h1, node: { ...h1.node, id: newId() } };
    const twice = await plan(hosts, { ...sought, nodes: [...sought.nodes, again] });
    expect(sharedDevices([twice])).toEqual(
      Array(2).fill(expect.stringMatching(/^vg_\w{32} is on h1 and on h1: name each host once$/)),
    );
    const once = await plan(hosts, sought);
    expect(sharedDevices([once])).toEqual([]);
    // In another cluster too.
    expect(sharedDevices([once, await plan(hosts, soughtHosts(1, DISKS))])).toHaveLength(2);
  }, oneVolume));

it('a volume that gluster knows no id of gets a new one, and one that is stopped is said to be', () =>
  withLostPool(async (hosts) => {
    await gluster(hosts, 'set', 'v', 'user.heketi.id', 'unknown');
    await gluster(hosts, 'stop', 'v');
    const { found } = await plan(hosts, soughtHosts(3, DISKS));
    expect(found).toEqual([
      expect.stringMatching(/^volume v \(\w{32}\): 10 GiB, replicate 3, 3 bricks$/),
      'volume v: its id is new: gluster does not know the one that it had',
      'volume v: it is not started',
    ]);
  }, oneVolume));

it('a clone is adopted beside its source, and both are deleted', () =>
  withLostPool(
    async (hosts) => {
      const store = await adopted(hosts, soughtHosts(3, DISKS));
      expect(await differences(store, hosts)).toEqual([]);
      const pool = await openPool(file('adopted'), new MockExecutor(hosts), { store });
      const volumes = await store.read((tx) => tx.volumes.list());
      expect(volumes.map(({ name }) => name).sort()).toEqual(['copy', 'v']);
      // Gluster notes on clones that their quotas are off.
      for (const { options } of volumes) expect(options).toEqual(['performance.cache-size 64MB']);
      for (const { id } of volumes) await done(pool, await pool.operations.deleteVolume(id));
      for (const { usedKib } of await store.read((tx) => tx.devices.list())) expect(usedKib).toBe(0);
      expect(await differences(store, hosts)).toEqual([]);
      await pool.runner.settled();
      await store.close();
    },
    async (pool) => {
      const id = await create(pool, {
        name: 'v',
        snapshotEnabled: true,
        snapshotFactor: 2,
        options: ['performance.cache-size 64MB'],
      });
      await done(pool, await pool.operations.cloneVolume(id, 'copy'));
    },
  ));
