import { describe, expect, it } from 'vitest';
import type { QueueEntry } from '../../src/domain/queue-entry.js';
import { ENGINES, openIn } from './engines.js';
import { action, blockVolume, brick, cluster, device, node, operation, volume } from './records.js';

describe.each(ENGINES)('$name:', (engine) => {
  describe('records', () => {
    it('come back as they were stored, also from a file opened again', async () => {
      const place = await engine.newPlace();
      const records = {
        cluster: cluster('c1'),
        node: node('a1', { tags: { rack: 'r1', 'ünï "quoted"': "'; drop table node; --" } }),
        device: device('d1', { tags: { ssd: '' }, paths: [], pvUuid: '' }),
        brick: brick('b1', { subType: 'arbiter', lv: 'x_0', pendingId: 'o1' }),
        volume: volume('f1', { options: null, requestedClusters: ['c2', 'c1'], gid: 2147483647, isBlockHosting: true }),
        blockVolume: blockVolume('e1', { requestedClusters: null, hasAuth: false }),
        operation: operation(
          'o1',
          [action('add-brick', 'b2'), action('add-brick', 'b1'), action('expand-volume', 'f1', 7)],
          {
            plan: { steps: ['a', { deep: [1, null] }] },
          },
        ),
        entry: {
          id: 'q1',
          operationId: 'o1',
          state: 'failed',
          location: null,
          error: 'no',
          createdAt: 1_700_000_000_000,
        } as QueueEntry,
        key: { key: 'k', requestHash: 'h', queueId: 'q1', createdAt: 1_700_000_000_000 },
      };
      const first = await openIn(engine, place);
      await first.write(async (tx) => {
        await tx.clusters.insert(records.cluster);
        await tx.nodes.insert(records.node);
        await tx.devices.insert(records.device);
        await tx.bricks.insert([records.brick]);
        await tx.volumes.insert(records.volume);
        await tx.blockVolumes.insert(records.blockVolume);
        await tx.operations.insert(records.operation);
        await tx.queue.insert(records.entry);
        await tx.idempotencyKeys.insert(records.key);
      });
      await first.close();

      const second = await openIn(engine, place);
      const found = await second.read(async (tx) => ({
        cluster: await tx.clusters.find('c1'),
        node: await tx.nodes.find('a1'),
        device: await tx.devices.find('d1'),
        brick: await tx.bricks.find('b1'),
        volume: await tx.volumes.find('f1'),
        blockVolume: await tx.blockVolumes.find('e1'),
        operation: await tx.operations.find('o1'),
        entry: await tx.queue.find('q1'),
        key: await tx.idempotencyKeys.find('k'),
      }));
      expect(found).toEqual(records);
    });

    it('are changed and deleted by id', async () => {
      const store = await openIn(engine);
      await store.write(async (tx) => {
        await tx.bricks.insert([brick('b1'), brick('b2'), brick('b3')]);
        await tx.bricks.update(brick('b2', { path: '/elsewhere' }));
        await tx.bricks.delete(['b1', 'b3']);
      });
      expect(await store.read((tx) => tx.bricks.list())).toEqual([brick('b2', { path: '/elsewhere' })]);
    });

    it('that are missing cannot be changed or deleted', async () => {
      const store = await openIn(engine);
      await expect(store.write((tx) => tx.volumes.update(volume('f1')))).rejects.toThrow('no volume f1 to update');
      await expect(store.write((tx) => tx.clusters.delete('c1'))).rejects.toThrow('no cluster c1 to delete');
      await expect(store.write((tx) => tx.operations.setStatus(['o1'], 'stale'))).rejects.toThrow('no operation o1');
    });

    it('are refused where an update would not store what never changes', async () => {
      const store = await openIn(engine);
      await store.write(async (tx) => {
        await tx.bricks.insert([brick('b1')]);
        await tx.volumes.insert(volume('f1'));
      });
      await expect(store.write((tx) => tx.bricks.update(brick('b1', { volumeId: 'other' })))).rejects.toThrow(
        'no brick b1 to update with the same volume_id',
      );
      await expect(store.write((tx) => tx.volumes.update(volume('f1', { name: 'other' })))).rejects.toThrow('same');
      expect(await store.read((tx) => tx.bricks.find('b1'))).toEqual(brick('b1'));
    });

    it('of bricks leave their volume when they are parked', async () => {
      const store = await openIn(engine);
      await store.write(async (tx) => {
        await tx.bricks.insert([brick('b1', { volumeId: 'f1' }), brick('b2', { volumeId: 'f1' })]);
        await tx.bricks.park('b1', 'o1');
      });
      const parked = brick('b1', { volumeId: '', pendingId: 'o1' });
      expect(await store.read((tx) => tx.bricks.find('b1'))).toEqual(parked);
      expect(await store.read((tx) => tx.bricks.listByVolume('f1'))).toEqual([brick('b2', { volumeId: 'f1' })]);
    });

    it('cannot be stored twice under one id', async () => {
      const store = await openIn(engine);
      await store.write((tx) => tx.clusters.insert(cluster('c1')));
      await expect(store.write((tx) => tx.clusters.insert(cluster('c1')))).rejects.toMatchObject({ code: 'conflict' });
    });

    it('keep integers that a double cannot hold', async () => {
      const store = await openIn(engine);
      const odd = device('d1', {
        usedKib: Number.MAX_SAFE_INTEGER,
        exact: { usedKib: 18446744073709547520n, freeKib: -9223372036854775808n },
      });
      await store.write((tx) => tx.devices.insert(odd));
      expect(await store.read((tx) => tx.devices.find('d1'))).toEqual(odd);
    });

    it('are found by many ids at once: those that there are, each once', async () => {
      const store = await openIn(engine);
      const ids = Array.from({ length: 45 }, (_, n) => `f${String(n).padStart(2, '0')}`);
      await store.write(async (tx) => {
        for (const id of ids) {
          await tx.volumes.insert(volume(id));
          await tx.bricks.insert([brick(`2${id}`, { volumeId: id }), brick(`1${id}`, { volumeId: id })]);
        }
        // The imported volume does not list it.
        await tx.linkFaults.insert({ relation: 'volume-brick', parentId: 'f07', childId: '1f07', kind: 'missing' });
        await tx.linkFaults.insert({ relation: 'volume-brick', parentId: 'f08', childId: '1f09', kind: 'missing' });
      });
      await store.read(async (tx) => {
        const asked = ids.filter((id) => id !== 'f10').reverse();
        const found = await tx.volumes.listByIds(['gone', ...asked]);
        expect(found.map(({ id }) => id).sort()).toEqual(asked.toReversed());
        const bricks = await tx.bricks.listShownByVolumes(['gone', ...asked]);
        for (const id of asked) {
          const ofVolume = bricks.filter(({ volumeId }) => volumeId === id);
          expect(ofVolume).toEqual(await tx.bricks.listShownByVolume(id));
          expect(ofVolume.map((one) => one.id)).toEqual(id === 'f07' ? ['2f07'] : [`1${id}`, `2${id}`]);
        }
        expect([bricks.length, await tx.volumes.listByIds([]), await tx.bricks.listShownByVolumes([])]).toEqual([
          87,
          [],
          [],
        ]);
      });
    });

    it('of volumes with bricks on a node are found by a range of the bricks', async () => {
      const store = await openIn(engine);
      const at = (id: string, volumeId: string, nodeId = 'a1') => brick(id, { volumeId, nodeId });
      await store.write((tx) =>
        tx.bricks.insert([
          at('1', 'f3'),
          at('2', 'f4'),
          at('3', 'f1'),
          at('4', 'f2', 'a2'),
          at('5', ''),
          at('6', 'f2'),
        ]),
      );
      await store.read(async (tx) => {
        expect(await tx.bricks.listVolumeIdsByNode('a1', '', '\u{10ffff}')).toEqual(['', 'f1', 'f2', 'f3', 'f4']);
        expect(await tx.bricks.listVolumeIdsByNode('a1', '2', '6')).toEqual(['', 'f1', 'f4']);
        expect(await tx.bricks.listVolumeIdsByNode('a2', '2', '6')).toEqual(['f2']);
      });
    });

    it('of a parent are listed by id', async () => {
      const store = await openIn(engine);
      await store.write(async (tx) => {
        for (const id of ['a3', 'a1', 'a2']) await tx.nodes.insert(node(id, { clusterId: id === 'a2' ? 'c2' : 'c1' }));
        for (const id of ['d9', 'd1']) await tx.devices.insert(device(id, { nodeId: 'a1' }));
        await tx.devices.insert(device('d0', { nodeId: 'a3' }));
        await tx.devices.insert(device('d2', { nodeId: 'a2' }));
        await tx.bricks.insert([
          brick('b2', { poolMetadataKib: 8 }),
          brick('b1', { poolMetadataKib: 4 }),
          brick('b3', { deviceId: 'd0', nodeId: 'a3', volumeId: 'f2', poolMetadataKib: 16 }),
        ]);
      });
      await store.read(async (tx) => {
        expect((await tx.nodes.listByCluster('c1')).map(({ id }) => id)).toEqual(['a1', 'a3']);
        expect(await tx.nodes.listIdsByCluster('c2')).toEqual(['a2']);
        expect((await tx.devices.listByNode('a1')).map(({ id }) => id)).toEqual(['d1', 'd9']);
        expect((await tx.devices.listByCluster('c1')).map(({ id }) => id)).toEqual(['d1', 'd9', 'd0']);
        const groups = await tx.devices.listByNodeOfCluster('c1', true);
        expect(groups.map(({ nodeId, devices }) => [nodeId, devices.map(({ id }) => id)])).toEqual([
          ['a1', ['d1', 'd9']],
          ['a3', ['d0']],
        ]);
        expect(groups.map(({ largestPoolMetadata }) => largestPoolMetadata)).toEqual([
          new Map([['d1', 8]]),
          new Map([['d0', 16]]),
        ]);
        expect(await tx.devices.findLargestPoolMetadata('d1')).toBe(8);
        expect(await tx.devices.findLargestPoolMetadata('d9')).toBeNull();
        expect((await tx.bricks.listByDevice('d1')).map(({ id }) => id)).toEqual(['b1', 'b2']);
        expect((await tx.bricks.listByNode('a3')).map(({ id }) => id)).toEqual(['b3']);
        expect((await tx.bricks.listByVolume('f1')).map(({ id }) => id)).toEqual(['b1', 'b2']);
        expect(await tx.bricks.countByVolume('f2')).toBe(1);
        expect(await tx.bricks.countByDevice()).toEqual(
          new Map([
            ['d0', 1],
            ['d1', 2],
          ]),
        );
      });
    });
  });
});
