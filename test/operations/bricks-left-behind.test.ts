import { describe, expect, it } from 'vitest';
import { answerOf, done, loadTopology, strictHosts, volumeIdOf, volumeRequest, withPool } from '../support/pool.js';

describe('bricks that can’t be removed now', () => {
  it('of a failed expansion are no part of the volume, which can be cloned, expanded and deleted', async () => {
    const hosts = strictHosts(3, 1);
    await withPool(hosts, async (pool) => {
      await loadTopology(pool, 3, 1);
      const { operations, store } = pool;
      const id = volumeIdOf(await done(pool, await operations.createVolume(volumeRequest())));
      hosts.setFaults([
        { kind: 'fail', match: 'add-brick' },
        { kind: 'fail', match: '^umount', host: 'h2', times: 2, stderr: 'umount: target is busy.' },
      ]);
      expect((await answerOf(pool, await operations.expandVolume(id, 5))).error).not.toBeNull();
      hosts.setFaults([]);
      expect(await store.read((tx) => tx.bricks.countByVolume(id))).toBe(3);
      expect((await store.read((tx) => tx.bricks.list())).filter(({ volumeId }) => volumeId === '')).toHaveLength(1);
      await done(pool, await operations.cloneVolume(id, 'twin'));
      await done(pool, await operations.deleteVolume(id));
    });
  });
});
