import { expect, it } from 'vitest';
import type { BlockInfo } from '../../src/domain/volume.js';
import {
  blockVolumeRequest,
  done,
  loadTopology,
  type Pool,
  strictHosts,
  volumeRequest,
  withPool,
} from '../support/pool.js';

/** A hosting volume of 40 GiB with these books, as an upgrade of its database left them. */
async function onLocked(blockInfo: BlockInfo, work: (pool: Pool, id: string) => Promise<void>): Promise<void> {
  await withPool(strictHosts(3, 2), async (pool) => {
    await loadTopology(pool, 3, 2);
    const made = await done(
      pool,
      await pool.operations.createVolume(volumeRequest({ isBlockHosting: true, sizeGib: 40 })),
    );
    const id = made.slice('/volumes/'.length);
    await pool.store.write(async (tx) => {
      const volume = await tx.volumes.find(id);
      if (volume) await tx.volumes.update({ ...volume, blockInfo });
    });
    await work(pool, id);
  });
}

const infoOf = async (pool: Pool, id: string) => (await pool.store.read((tx) => tx.volumes.find(id)))?.blockInfo;

it('unlocking a volume that an update has locked puts its reserve aside, and block volumes go onto it again', () =>
  onLocked({ freeGib: 40, reservedGib: 0, restriction: 'locked-by-update' }, async (pool, id) => {
    const request = blockVolumeRequest({ sizeGib: 39 });
    await expect(pool.operations.createBlockVolume(request)).rejects.toThrow('an update of the database has locked it');
    await done(pool, await pool.operations.setBlockRestriction(id, ''));
    expect(await infoOf(pool, id)).toEqual({ freeGib: 39, reservedGib: 1, restriction: '' });
    await done(pool, await pool.operations.createBlockVolume(request));
    expect(await infoOf(pool, id)).toEqual({ freeGib: 0, reservedGib: 1, restriction: '' });
  }));

it('locking a volume without reserve by hand first does not get around it', () =>
  onLocked({ freeGib: 40, reservedGib: 0, restriction: 'locked-by-update' }, async (pool, id) => {
    await done(pool, await pool.operations.setBlockRestriction(id, 'locked'));
    await done(pool, await pool.operations.setBlockRestriction(id, ''));
    expect(await infoOf(pool, id)).toEqual({ freeGib: 39, reservedGib: 1, restriction: '' });
  }));

it('growing a volume without reserve does not get around it', () =>
  onLocked({ freeGib: 40, reservedGib: 0, restriction: 'locked-by-update' }, async (pool, id) => {
    await done(pool, await pool.operations.expandVolume(id, 40));
    expect(await infoOf(pool, id)).toEqual({ freeGib: 79, reservedGib: 1, restriction: 'locked-by-update' });
    await done(pool, await pool.operations.setBlockRestriction(id, ''));
    expect(await infoOf(pool, id)).toEqual({ freeGib: 78, reservedGib: 2, restriction: '' });
  }));

it('one without room for the reserve stays locked, and is not changed', () =>
  onLocked({ freeGib: 0, reservedGib: 0, restriction: 'locked-by-update' }, async (pool, id) => {
    await expect(pool.operations.setBlockRestriction(id, '')).rejects.toThrow(
      'Can not unlock volume. 1GiB free space is required, but found 0GiB',
    );
    expect(await infoOf(pool, id)).toEqual({ freeGib: 0, reservedGib: 0, restriction: 'locked-by-update' });
  }));

it('locking by hand keeps what is reserved, and opens again', () =>
  onLocked({ freeGib: 39, reservedGib: 1, restriction: '' }, async (pool, id) => {
    for (const restriction of ['locked', 'locked', ''] as const) {
      await done(pool, await pool.operations.setBlockRestriction(id, restriction));
      expect(await infoOf(pool, id)).toEqual({ freeGib: 39, reservedGib: 1, restriction });
    }
  }));
