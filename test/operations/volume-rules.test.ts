import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { MockExecutor } from '../../src/executors/mock/mock-executor.js';
import type { SimulatedHosts } from '../../src/executors/mock/simulated-hosts.js';
import { createOperations } from '../../src/operations/create-operations.js';
import type { EngineContext } from '../../src/operations/engine/operation.js';
import { HostWork } from '../../src/operations/hosts/host-work.js';
import { askedBy } from '../support/asked-by.js';
import { HOST_SETTINGS } from '../support/host-settings.js';
import {
  ALL_UP,
  answerOf,
  done,
  hastyPacing,
  loadTopology,
  OPERATION_SETTINGS,
  SILENT,
  strictHosts,
  volumeIdOf,
  volumeRequest,
  withPool,
} from '../support/pool.js';

/** Keeps the hosts from answering until the function that it answers with is called. */
function hold(hosts: SimulatedHosts): () => void {
  const run = hosts.run.bind(hosts);
  const released = new AbortController();
  const end = once(released.signal, 'abort');
  hosts.run = async (...batch) => {
    await end;
    return run(...batch);
  };
  return () => released.abort();
}

describe('a volume that is being changed', () => {
  it('is not cloned, expanded or deleted until that has ended', async () => {
    const hosts = strictHosts(3, 1);
    await withPool(hosts, async (pool) => {
      await loadTopology(pool, 3, 1);
      const { operations, store } = pool;
      const id = volumeIdOf(await done(pool, await operations.createVolume(volumeRequest())));
      const release = hold(hosts);
      const deleting = await operations.deleteVolume(id);
      await expect(operations.expandVolume(id, 5)).rejects.toThrow('is changing it; wait until that has ended');
      await expect(operations.cloneVolume(id, 'twin')).rejects.toThrow('Id not found');
      await expect(operations.deleteVolume(id)).rejects.toThrow('Failed to set up volume delete');
      release();
      expect((await answerOf(pool, deleting)).error).toBeNull();
      expect(await store.read((tx) => tx.bricks.list())).toEqual([]);
    });
  });

  it('by an expansion, is neither deleted nor cloned, nor expanded once more before that has ended', async () => {
    const hosts = strictHosts(3, 1);
    await withPool(hosts, async (pool) => {
      await loadTopology(pool, 3, 1);
      const { operations, store } = pool;
      const id = volumeIdOf(await done(pool, await operations.createVolume(volumeRequest())));
      const release = hold(hosts);
      const first = await operations.expandVolume(id, 5);
      await expect(operations.deleteVolume(id)).rejects.toThrow('Failed to set up volume delete');
      await expect(operations.cloneVolume(id, '')).rejects.toThrow('is changing it');
      await expect(operations.expandVolume(id, 3)).rejects.toThrow('is changing it');
      release();
      await done(pool, first);
      await done(pool, await operations.expandVolume(id, 3));
      expect(await store.read((tx) => tx.volumes.find(id))).toMatchObject({ sizeGib: 18, pendingId: null });
      expect(await store.read((tx) => tx.bricks.countByVolume(id))).toBe(9);
    });
  });
});

describe('a clone', () => {
  it('can be expanded, cloned and deleted, and gives the pools back when the last volume on them goes', async () => {
    const hosts = strictHosts(3, 1);
    await withPool(hosts, async (pool) => {
      const clusterId = await loadTopology(pool, 3, 1);
      const { operations, store } = pool;
      const used = async () =>
        (await store.read((tx) => tx.devices.listByCluster(clusterId))).reduce((sum, { usedKib }) => sum + usedKib, 0);
      const source = volumeIdOf(await done(pool, await operations.createVolume(volumeRequest({ name: 'first' }))));
      const ofSource = await used();
      const clone = volumeIdOf(await done(pool, await operations.cloneVolume(source, 'second')));
      expect(await used()).toBe(ofSource);
      await done(pool, await operations.expandVolume(clone, 10));
      expect(await used()).toBe(2 * ofSource);
      const grandchild = volumeIdOf(await done(pool, await operations.cloneVolume(clone, 'third')));
      await done(pool, await operations.deleteVolume(source));
      await done(pool, await operations.deleteVolume(clone));
      expect(await used()).toBe(2 * ofSource);
      await done(pool, await operations.deleteVolume(grandchild));
      expect(await used()).toBe(0);
    });
  });

  it('is refused of a block hosting volume, under a name that is taken, and of what is not there', async () => {
    const hosts = strictHosts(3, 1);
    await withPool(hosts, async (pool) => {
      await loadTopology(pool, 3, 1);
      const { operations, store } = pool;
      const id = volumeIdOf(await done(pool, await operations.createVolume(volumeRequest({ name: 'one' }))));
      const hosting = volumeIdOf(
        await done(pool, await operations.createVolume(volumeRequest({ isBlockHosting: true }))),
      );
      await expect(operations.cloneVolume(hosting, '')).rejects.toThrow('block hosting volumes is not supported');
      await expect(operations.cloneVolume(id, 'one')).rejects.toThrow("volume name 'one' is already in use");
      await expect(operations.cloneVolume('f'.repeat(32), '')).rejects.toThrow('Id not found');
      expect(await store.read((tx) => tx.volumes.list())).toHaveLength(2);
    });
  });
});

it('gives a block hosting volume 98 % of an expansion for block volumes', async () => {
  const hosts = strictHosts(3, 1, 400);
  await withPool(hosts, async (pool) => {
    await loadTopology(pool, 3, 1);
    const { operations, store } = pool;
    const request = volumeRequest({ isBlockHosting: true, sizeGib: 100 });
    const id = volumeIdOf(await done(pool, await operations.createVolume(request)));
    await done(pool, await operations.expandVolume(id, 50));
    expect((await store.read((tx) => tx.volumes.find(id)))?.blockInfo).toEqual({
      freeGib: 147,
      reservedGib: 3,
      restriction: '',
    });
    await done(pool, await operations.setBlockRestriction(id, 'locked'));
    expect((await store.read((tx) => tx.volumes.find(id)))?.blockInfo.restriction).toBe('locked');
  });
});

it('expands by the rules that the volume was made with', async () => {
  const hosts = strictHosts(4, 1);
  await withPool(hosts, async (pool) => {
    const clusterId = await loadTopology(pool, 4, 1, 3);
    const { operations, store } = pool;
    const options = [
      'user.heketi.zone-checking strict',
      'user.heketi.arbiter true',
      'user.heketi.device-tag-match a!=b',
    ];
    const id = volumeIdOf(await done(pool, await operations.createVolume(volumeRequest({ options }))));
    for (let i = 0; i < 4; i++) await done(pool, await operations.expandVolume(id, 5));
    const nodes = new Map((await store.read((tx) => tx.nodes.list())).map((node) => [node.id, node]));
    const bricks = await store.read((tx) => tx.bricks.listByVolume(id));
    const served = hosts.state().pools.flatMap((p) => p.volumes.flatMap((volume) => volume.bricks));
    expect(served).toHaveLength(15);
    for (let set = 0; set < 5; set++) {
      const ofSet = served.slice(set * 3, set * 3 + 3).map((name) => {
        const brick = bricks.find(({ path }) => name.includes(path));
        return { zone: nodes.get(brick?.nodeId ?? '')?.zone, subType: brick?.subType };
      });
      expect(new Set(ofSet.map(({ zone }) => zone)).size).toBe(3);
      expect(ofSet.map(({ subType }) => subType)).toEqual(['normal', 'normal', 'arbiter']);
    }
    for (const device of await store.read((tx) => tx.devices.listByCluster(clusterId)))
      await operations.changeDeviceTags(device.id, { kind: 'set', tags: { a: 'b' } });
    await expect(operations.expandVolume(id, 5)).rejects.toThrow('4 devices were left out: 4 tag');
  });
});

it('refuses an arbiter in sets that can have none, before a brick is made', async () => {
  const hosts = strictHosts(4, 1);
  await withPool(hosts, async (pool) => {
    await loadTopology(pool, 4, 1);
    const before = hosts.state();
    const options = ['user.heketi.arbiter true'];
    for (const replica of [1, 2, 4]) {
      const durability = { type: 'replicate', replica, disperseData: 0, disperseRedundancy: 0 } as const;
      await expect(pool.operations.createVolume(volumeRequest({ options, durability }))).rejects.toThrow(
        `user.heketi.arbiter needs replica 3, of which the third brick is the arbiter; this volume has replica ${replica}`,
      );
    }
    expect(hosts.state()).toEqual(before);
    expect(await pool.store.read((tx) => tx.bricks.list())).toEqual([]);
    const durability = { type: 'none', replica: 0, disperseData: 0, disperseRedundancy: 0 } as const;
    await done(pool, await pool.operations.createVolume(volumeRequest({ options, durability })));
  });
});

it('allows a name once in each cluster', async () => {
  const hosts = strictHosts(2, 1);
  await withPool(hosts, async (pool) => {
    const { operations } = pool;
    const clusters: string[] = [];
    for (const n of [1, 2]) {
      const clusterId = await operations.createCluster({ allowsBlock: true, allowsFile: true });
      clusters.push(clusterId);
      const names = { manageNames: [`h${n}`], storageNames: [`10.0.0.${n}`] };
      const nodeId = (await done(pool, await operations.addNode({ clusterId, zone: 1, ...names, tags: {} }))).slice(7);
      await done(pool, await operations.addDevice({ nodeId, name: '/dev/sdb', mayDestroyData: false, tags: {} }));
    }
    const request = volumeRequest({
      name: 'same',
      durability: { type: 'none', replica: 0, disperseData: 0, disperseRedundancy: 0 },
    });
    for (let i = 0; i < 2; i++) await done(pool, await operations.createVolume(request));
    await expect(operations.createVolume(request)).rejects.toThrow(
      /No eligible cluster for volume\nCluster .*\nCluster /,
    );
    await expect(operations.createVolume({ ...request, clusters: [clusters[1] ?? ''] })).rejects.toThrow(
      /^Failed to allocate new volume: Volume name 'same' already in use$/,
    );
  });
});

it('logs for each device why a volume was refused', async () => {
  const hosts = strictHosts(2, 1);
  await withPool(hosts, async (pool) => {
    await loadTopology(pool, 2, 1);
    const lines: { fields: object; message: string }[] = [];
    const context: EngineContext = {
      store: pool.store,
      hosts: { executor: new MockExecutor(hosts), settings: HOST_SETTINGS },
      work: new HostWork({ bricksPerHost: 4, glusterChangesPerCluster: 8 }, hastyPacing()),
      health: ALL_UP,
      settings: OPERATION_SETTINGS,
      log: { ...SILENT, warn: (fields: object, message: string) => void lines.push({ fields, message }) },
    };
    const operations = askedBy(createOperations(context).operations);
    await expect(operations.createVolume(volumeRequest())).rejects.toThrow(
      'Failed to allocate new volume: No space\nA brick set needs 3 nodes; 2 have devices that may be used.',
    );
    expect(lines).toMatchObject([
      {
        message: 'no placement',
        fields: {
          devices: expect.arrayContaining([
            expect.objectContaining({ nodeName: 'h1', refusal: 'node-taken' }),
            expect.objectContaining({ nodeName: 'h2', refusal: 'node-taken' }),
          ]),
        },
      },
    ]);
  });
});
