import { expect, it } from 'vitest';
import { MockExecutor } from '../../src/executors/mock/mock-executor.js';
import { findDifferences } from '../../src/operations/examination/find-differences.js';
import { HOST_SETTINGS } from '../support/host-settings.js';
import { moveBrickByHand } from '../support/moved-brick.js';
import {
  answerOf,
  done,
  loadTopology,
  retryOf,
  strictHosts,
  volumeIdOf,
  volumeRequest,
  withPool,
} from '../support/pool.js';
import { WatchedExecutor } from '../support/watched-executor.js';

it('a volume with a brick that was replaced by hand is not cloned, and stays as free as it was', async () => {
  const hosts = strictHosts(3, 2);
  await withPool(hosts, async (pool) => {
    const { operations, store } = pool;
    await loadTopology(pool, 3, 2);
    const id = volumeIdOf(await done(pool, await operations.createVolume(volumeRequest({ name: 'v' }))));
    const moved = await moveBrickByHand(store, new MockExecutor(hosts), 'v');
    const before = hosts.state();
    const { error } = await answerOf(pool, await operations.cloneVolume(id, 'twin'));
    expect(error).toContain(`gluster does not have 10.0.0.`);
    expect(error).toContain(moved.old.path);
    expect(error).toContain(`this server does not know ${moved.name}`);
    expect(hosts.state()).toEqual(before);
    expect(await store.read((tx) => tx.operations.list())).toEqual([]);
    expect(await store.read((tx) => tx.volumes.list())).toMatchObject([{ id, pendingId: null }]);
    const { differences } = await findDifferences(store, {
      executor: new MockExecutor(hosts),
      settings: HOST_SETTINGS,
    });
    const missing = differences.find(({ kind }) => kind === 'missing-brick');
    expect(missing?.remedy).toContain(`replaced by hand with ${moved.name}`);
    await done(pool, await operations.deleteVolume(id));
  });
});

it('a clone whose bricks can not be told keeps its record with the reason, and not its source', async () => {
  const hosts = strictHosts(3, 2);
  let beforeSnapshot: (() => Promise<unknown>) | null = null;
  const executor = new WatchedExecutor(hosts, async (line) => {
    if (!line.includes('snapshot create') || !beforeSnapshot) return;
    const work = beforeSnapshot;
    beforeSnapshot = null;
    await work();
  });
  await withPool(executor, async (pool) => {
    const { operations, store } = pool;
    await loadTopology(pool, 3, 2);
    const id = volumeIdOf(await done(pool, await operations.createVolume(volumeRequest({ name: 'v' }))));
    beforeSnapshot = () => moveBrickByHand(store, new MockExecutor(hosts), 'v');
    const { error } = await answerOf(pool, await operations.cloneVolume(id, 'twin'));
    expect(error).toContain('this server does not know');
    const [record] = await store.read((tx) => tx.operations.list());
    expect(record).toMatchObject({ type: 'clone-volume', status: 'failed' });
    expect((await retryOf(pool, record?.id ?? ''))?.error).toContain('clone twin was left alone');
    const names = () => hosts.state().pools.flatMap(({ volumes }) => volumes.map(({ name }) => name));
    expect(names().sort()).toEqual(['twin', 'v']);

    // The source is free; the clone can wait.
    await pool.recovery.run();
    expect(await store.read((tx) => tx.volumes.find(id))).toMatchObject({ pendingId: null });
    await done(pool, await operations.expandVolume(id, 5));
    expect(names().sort()).toEqual(['twin', 'v']);

    for (const verb of ['stop', 'delete'])
      await hosts.run('h1', [{ argv: ['gluster', '--mode=script', 'volume', verb, 'twin'], timeoutMs: 1000 }]);
    await pool.recovery.run();
    expect(await store.read((tx) => tx.operations.list())).toEqual([]);
    expect(await store.read((tx) => tx.volumes.list())).toHaveLength(1);
  });
});
