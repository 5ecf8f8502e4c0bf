import { once } from 'node:events';
import { expect, it } from 'vitest';
import type { Executor } from '../../src/executors/executor.js';
import type { SimulatedHosts } from '../../src/executors/mock/simulated-hosts.js';
import { answerOf, done, loadTopology, openPool, strictHosts, volumeRequest, withPool } from '../support/pool.js';

it('leaves hosts and store as they were after create, expand, clone and delete', async () => {
  const hosts = strictHosts(3, 2);
  await withPool(hosts, async (pool) => {
    const clusterId = await loadTopology(pool, 3, 2);
    const emptyHosts = withoutDirectories(hosts);
    const emptyDevices = await pool.store.read((tx) => tx.devices.listByCluster(clusterId));

    const volume = (
      await done(pool, await pool.operations.createVolume(volumeRequest({ gid: 2000, options: ['client.ssl on'] })))
    ).slice(9);
    expect(
      hosts
        .state()
        .pools.flatMap((p) => p.volumes)
        .map((v) => [v.status, v.bricks.length]),
    ).toEqual([[1, 3]]);
    await done(pool, await pool.operations.expandVolume(volume, 5));
    expect(await pool.store.read((tx) => tx.volumes.find(volume))).toMatchObject({ sizeGib: 15, pendingId: null });
    const clone = (await done(pool, await pool.operations.cloneVolume(volume, 'twin'))).slice(9);
    const cloned = await pool.store.read((tx) => tx.bricks.listByVolume(clone));
    expect(cloned).toHaveLength(6);
    expect(cloned.every((brick) => brick.path.startsWith('/run/gluster/snaps/') && /_[01]$/.test(brick.lv))).toBe(true);

    await done(pool, await pool.operations.deleteVolume(volume));
    await done(pool, await pool.operations.deleteVolume(clone));
    expect(withoutDirectories(hosts)).toEqual(emptyHosts);
    expect(await pool.store.read((tx) => tx.devices.listByCluster(clusterId))).toEqual(emptyDevices);
    expect(await pool.store.read((tx) => tx.operations.list())).toEqual([]);
  });
});

it('refuses to delete a volume with snapshots, and leaves it running', async () => {
  const hosts = strictHosts(3, 1);
  await withPool(hosts, async (pool) => {
    await loadTopology(pool, 3, 1);
    const volume = (await done(pool, await pool.operations.createVolume(volumeRequest({ name: 'kept' })))).slice(9);
    await hosts.run('h1', [
      { argv: ['gluster', '--mode=script', 'snapshot', 'create', 'snap', 'kept', 'no-timestamp'], timeoutMs: 1000 },
    ]);
    const { error } = await answerOf(pool, await pool.operations.deleteVolume(volume));
    expect(error).toContain('contains 1 snapshots');
    expect(hosts.state().pools.flatMap((p) => p.volumes)).toMatchObject([{ name: 'kept', status: 1 }]);
    expect(await pool.store.read((tx) => tx.volumes.find(volume))).toMatchObject({ pendingId: null });
  });
});

it.each(['umount', 'lvremove'])('removes a brick whose %s is refused once', async (program) => {
  const hosts = strictHosts(3, 1);
  await withPool(hosts, async (pool) => {
    await loadTopology(pool, 3, 1);
    const before = withoutDirectories(hosts);
    const volume = (await done(pool, await pool.operations.createVolume(volumeRequest()))).slice(9);
    hosts.setFaults([{ kind: 'fail', match: program, exitCode: 5, stderr: 'target is busy' }]);
    await done(pool, await pool.operations.deleteVolume(volume));
    expect(await pool.store.read((tx) => tx.operations.list())).toEqual([]);
    expect(withoutDirectories(hosts)).toEqual(before);
  });
});

it('takes nodes and devices back when they leave', async () => {
  const hosts = strictHosts(2, 1);
  const before = hosts.state();
  await withPool(hosts, async (pool) => {
    const clusterId = await loadTopology(pool, 2, 1);
    for (const device of await pool.store.read((tx) => tx.devices.listByCluster(clusterId))) {
      await done(pool, await pool.operations.setDeviceState(device.id, 'offline'));
      await done(pool, await pool.operations.setDeviceState(device.id, 'failed'));
      await done(pool, await pool.operations.deleteDevice(device.id, false));
    }
    for (const node of await pool.store.read((tx) => tx.nodes.list()))
      await done(pool, await pool.operations.deleteNode(node.id));
    await pool.operations.deleteCluster(clusterId);
    expect(hosts.state()).toEqual(before);
  });
});

it('does not touch a gluster volume of the same name that somebody else made', async () => {
  const hosts = strictHosts(3, 1);
  await withPool(hosts, async (pool) => {
    await loadTopology(pool, 3, 1);
    const made = await hosts.run('h1', [
      { argv: ['mkdir', '-p', '/data/b'], timeoutMs: 1000 },
      {
        argv: ['gluster', '--mode=script', 'volume', 'create', 'theirs', '10.0.0.1:/data/b', 'force'],
        timeoutMs: 1000,
      },
    ]);
    expect(made.map((r) => r.exitCode)).toEqual([0, 0]);
    const { error } = await answerOf(pool, await pool.operations.createVolume(volumeRequest({ name: 'theirs' })));
    expect(error).toContain('theirs');
    expect(
      hosts
        .state()
        .pools.flatMap((p) => p.volumes)
        .map((v) => v.bricks),
    ).toEqual([['10.0.0.1:/data/b']]);
    expect(await pool.store.read((tx) => tx.volumes.list())).toEqual([]);
    expect(hosts.state().hosts.flatMap((h) => h.mounts)).toEqual([]);
  });
});

/** Empty parents of mount points stay until their device goes; gluster keeps its own. */
function withoutDirectories(hosts: SimulatedHosts) {
  const state = hosts.state();
  return { ...state, hosts: state.hosts.map(({ directories: _, ...host }) => host) };
}

it('does not keep sizes that were read while a volume was made', async () => {
  const hosts = strictHosts(3, 1);
  await withPool(hosts, async (pool, file) => {
    const clusterId = await loadTopology(pool, 3, 1);
    const device = (await pool.store.read((tx) => tx.devices.listByCluster(clusterId)))[0];
    if (!device) throw new Error('no device');
    const hold = new AbortController();
    const held = once(hold.signal, 'abort');
    const executor: Executor = {
      async run(host, batch) {
        const results = await hosts.run(host, batch);
        if (batch.some(({ argv }) => argv.includes('vgs'))) await held;
        return results;
      },
      awaitLeftovers: (host) => hosts.awaitLeftovers(host),
      close: async () => undefined,
    };
    await pool.store.close();
    const slow = await openPool(file, executor);
    const resync = await slow.operations.resyncDevice(device.id);
    const create = await slow.operations.createVolume(volumeRequest());
    await until(async () => (await slow.store.read((tx) => tx.queue.find(create.queueId)))?.state === 'done');
    hold.abort();
    expect((await answerOf(slow, resync)).error).toContain('resync it again');
    expect((await slow.store.read((tx) => tx.devices.find(device.id)))?.usedKib).toBeGreaterThan(0);
    await slow.store.close();
  });
});

async function until(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((turn) => setImmediate(turn));
}
