import { expect, it } from 'vitest';
import { removeBricksWithEmptyPath } from '../../src/operations/volumes/empty-path-bricks.js';
import { done, loadTopology, type Pool, strictHosts, volumeRequest, withPool } from '../support/pool.js';

/** One volume with a brick on each of three hosts; the paths of the first `broken` are lost. */
async function withBrokenBricks(broken: number, work: (pool: Pool) => Promise<void>): Promise<void> {
  await withPool(strictHosts(3, 1), async (pool) => {
    await loadTopology(pool, 3, 1);
    await done(pool, await pool.operations.createVolume(volumeRequest()));
    await pool.store.write(async (tx) => {
      for (const brick of (await tx.bricks.list()).slice(0, broken)) await tx.bricks.update({ ...brick, path: '' });
    });
    await work(pool);
  });
}

const NOTHING = { clusters: [], nodes: [], devices: [] };

it('removes what has no path, and frees its space', () =>
  withBrokenBricks(2, async ({ store }) => {
    const broken = (await store.read((tx) => tx.bricks.list())).filter(({ path }) => path === '');
    const { removed } = await store.write((tx) => removeBricksWithEmptyPath(tx, NOTHING));
    expect(removed).toEqual(broken.map(({ id }) => id));
    for (const { deviceId } of broken)
      expect(await store.read((tx) => tx.devices.find(deviceId))).toMatchObject({ usedKib: 0 });
    expect(await store.read((tx) => tx.bricks.list())).toHaveLength(1);
  }));

it('looks only where it is told to', () =>
  withBrokenBricks(3, async ({ store }) => {
    const [first, second, third] = await store.read((tx) => tx.bricks.list());
    const remove = (choice: object) =>
      store.write(async (tx) => (await removeBricksWithEmptyPath(tx, { ...NOTHING, ...choice })).removed);
    expect(await remove({ nodes: [first?.nodeId] })).toEqual([first?.id]);
    expect(await remove({ devices: [second?.deviceId] })).toEqual([second?.id]);
    const [cluster] = await store.read((tx) => tx.clusters.list());
    expect(await remove({ clusters: [cluster?.id] })).toEqual([third?.id]);
    await expect(remove({ nodes: ['0'.repeat(32)] })).rejects.toThrow('there is no node');
  }));

it('leaves bricks of pending operations to those', () =>
  withBrokenBricks(1, async ({ store }) => {
    const [brick] = await store.read((tx) => tx.bricks.list());
    await store.write(async (tx) => {
      if (brick) await tx.bricks.update({ ...brick, pendingId: 'f'.repeat(32) });
    });
    const found = await store.write((tx) => removeBricksWithEmptyPath(tx, NOTHING));
    expect(found).toEqual({ removed: [], pending: [brick?.id] });
  }));
