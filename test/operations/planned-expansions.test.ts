import { expect, it } from 'vitest';
import { done, loadTopology, strictHosts, volumeIdOf, volumeRequest, withPool } from '../support/pool.js';

it('a volume that is changed already has no plan of an expansion, in the words of the expansion itself', async () => {
  await withPool(strictHosts(3, 1), async (pool) => {
    await loadTopology(pool, 3, 1);
    const id = volumeIdOf(await done(pool, await pool.operations.createVolume(volumeRequest({ sizeGib: 5 }))));
    expect(await pool.port.planExpansion(id, 5)).toMatchObject({ fits: true, largestGib: 94 });
    await pool.store.write(async (tx) => {
      const volume = await tx.volumes.find(id);
      if (volume) await tx.volumes.update({ ...volume, pendingId: 'f'.repeat(32) });
    });
    const refusal = await pool.operations.expandVolume(id, 5).catch(String);
    expect(refusal).toContain(`volume ${id} can't be expanded now`);
    expect(await pool.port.planExpansion(id, 5).catch(String)).toBe(refusal);
  });
});
