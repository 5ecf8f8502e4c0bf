import { describe, expect, it } from 'vitest';
import { ENGINES, openIn } from './engines.js';
import { action, blockVolume, operation, volume } from './records.js';

describe.each(ENGINES)('$name:', (engine) => {
  describe('lists of volumes', () => {
    it('hide what is being created, cloned into being or deleted, and nothing else', async () => {
      const store = await openIn(engine);
      await store.write(async (tx) => {
        for (const id of ['created', 'deleted', 'clone', 'source', 'expanded', 'orphan', 'settled']) {
          await tx.volumes.insert(volume(id, { pendingId: id === 'settled' ? null : 'o1' }));
        }
        await tx.volumes.insert(volume('other', { clusterId: 'c2' }));
        await tx.operations.insert(
          operation('o1', [
            action('add-volume', 'created'),
            action('delete-volume', 'deleted'),
            action('clone-volume', 'source'),
            action('add-volume-clone', 'clone'),
            action('expand-volume', 'expanded', 1),
          ]),
        );
      });
      await store.read(async (tx) => {
        expect(await tx.volumes.listVisibleIds()).toEqual(['expanded', 'orphan', 'other', 'settled', 'source']);
        expect(await tx.volumes.listVisibleIdsByCluster('c1')).toEqual(['expanded', 'orphan', 'settled', 'source']);
        expect(await tx.volumes.countByCluster('c1')).toBe(7);
        expect((await tx.volumes.findByName('c1', 'vol_created'))?.id).toBe('created');
        expect(await tx.volumes.findByName('c2', 'vol_created')).toBeNull();
      });
    });

    it('show everything again when the operation is settled', async () => {
      const store = await openIn(engine);
      await store.write(async (tx) => {
        await tx.volumes.insert(volume('f1', { pendingId: 'o1' }));
        await tx.operations.insert(operation('o1', [action('add-volume', 'f1')]));
      });
      expect(await store.read((tx) => tx.volumes.listVisibleIds())).toEqual([]);
      await store.write((tx) => tx.operations.delete('o1'));
      expect(await store.read((tx) => tx.volumes.listVisibleIds())).toEqual(['f1']);
    });

    it('of a cluster show what an imported cluster lists', async () => {
      const store = await openIn(engine);
      await store.write(async (tx) => {
        await tx.volumes.insert(volume('f1'));
        await tx.volumes.insert(volume('f2'));
        const fault = { relation: 'cluster-volume', parentId: 'c1' } as const;
        await tx.linkFaults.insert({ ...fault, childId: 'f1', kind: 'missing' });
        await tx.linkFaults.insert({ ...fault, childId: 'gone', kind: 'extra' });
        await tx.linkFaults.insert({ ...fault, childId: 'deleted', kind: 'extra' });
        await tx.operations.insert(operation('o1', [action('delete-volume', 'deleted')]));
      });
      expect(await store.read((tx) => tx.volumes.listVisibleIdsByCluster('c1'))).toEqual(['f2', 'gone']);
      await store.write((tx) => tx.linkFaults.deleteByObject('f1'));
      expect(await store.read((tx) => tx.volumes.listVisibleIdsByCluster('c1'))).toEqual(['f1', 'f2', 'gone']);
      await store.write((tx) => tx.linkFaults.deleteByObject('c1'));
      expect(await store.read((tx) => tx.linkFaults.list())).toEqual([]);
    });
  });

  describe('lists of block volumes', () => {
    it('hide what is being created or deleted, but not what is being expanded', async () => {
      const store = await openIn(engine);
      await store.write(async (tx) => {
        for (const id of ['created', 'deleted', 'expanded']) await tx.blockVolumes.insert(blockVolume(id));
        await tx.blockVolumes.insert(blockVolume('elsewhere', { hostingVolumeId: 'f2' }));
        await tx.operations.insert(
          operation('o1', [
            action('add-block-volume', 'created'),
            action('delete-block-volume', 'deleted'),
            action('expand-block-volume', 'expanded', 4),
          ]),
        );
      });
      await store.read(async (tx) => {
        expect(await tx.blockVolumes.listVisibleIds()).toEqual(['elsewhere', 'expanded']);
        expect(await tx.blockVolumes.listVisibleIdsByCluster('c1')).toEqual(['elsewhere', 'expanded']);
        expect(await tx.blockVolumes.listVisibleIdsByHostingVolume('f1')).toEqual(['expanded']);
        expect((await tx.blockVolumes.listByHostingVolume('f1')).map(({ id }) => id)).toEqual([
          'created',
          'deleted',
          'expanded',
        ]);
        expect(await tx.blockVolumes.countByCluster('c1')).toBe(4);
      });
    });
  });
});
