import { describe, expect, it } from 'vitest';
import {
  brickOf,
  bricksOf,
  deviceOf,
  evict,
  expectAgreement,
  hostOf,
  REPLICA_3,
  records,
  refused,
  withVolume,
} from '../support/eviction-scene.js';
import { ALL_UP, answerOf, done, volumeRequest } from '../support/pool.js';

const NO_COPIES = { type: 'none', replica: 0, disperseData: 0, disperseRedundancy: 0 } as const;

describe('a brick that is evicted', () => {
  it('gives its place to one on another device, on a node that the set does not use, and is removed', () =>
    withVolume(async (scene) => {
      const before = await bricksOf(scene);
      const old = before.find(({ id }) => id === scene.brickId);
      await done(scene.pool, await evict(scene));
      await scene.pool.runner.settled();
      const after = await bricksOf(scene);
      expect(after).toHaveLength(3);
      expect(after.map(({ id }) => id)).not.toContain(scene.brickId);
      expect(new Set(after.map(({ nodeId }) => nodeId)).size).toBe(3);
      expect(after.every(({ deviceId, pendingId }) => deviceId !== old?.deviceId && pendingId === null)).toBe(true);
      expect((await deviceOf(scene.pool, old?.deviceId ?? ''))?.usedKib).toBe(0);
      expect(await records(scene)).toEqual([]);
      await expectAgreement(scene);
    }));

  it('is refused while the rest of its set is not healed, and nothing is made', () =>
    withVolume(async (scene) => {
      scene.hosts.setHealEntries(scene.volume.name, 3);
      expect(await refused(scene)).toMatch(
        /^Cannot replace brick 10\.0\.0\.\d:.* as it is source brick for data to be healed \(3 entries wait\)$/,
      );
      expect(await bricksOf(scene)).toHaveLength(3);
      expect(await records(scene)).toEqual([]);
      await expectAgreement(scene);
    }));

  it('is replaced all the same when a person answers for the heal; the old one stays until all is healed', () =>
    withVolume(async (scene) => {
      const { pool, hosts, volume } = scene;
      hosts.setHealEntries(volume.name, 3);
      await done(pool, await evict(scene, false));
      await pool.runner.settled();
      expect(await bricksOf(scene)).toHaveLength(3);
      expect(await brickOf(scene)).toMatchObject({ volumeId: '' });
      expect(await records(scene)).toMatchObject([
        {
          type: 'evict-brick',
          status: 'failed',
          retry: { error: expect.stringMatching(/is not removed yet: 3 entries/) },
        },
      ]);
      await pool.recovery.run();
      expect(await brickOf(scene)).not.toBeNull();
      hosts.setHealEntries(volume.name, 0);
      await pool.recovery.run();
      expect([await brickOf(scene), await records(scene)]).toEqual([null, []]);
      await expectAgreement(scene);
    }));

  it('that waits to be removed goes when its volume is deleted', () =>
    withVolume(async (scene) => {
      const { pool, hosts, volume } = scene;
      hosts.setHealEntries(volume.name, 3);
      await done(pool, await evict(scene, false));
      await pool.runner.settled();
      await done(pool, await pool.operations.deleteVolume(volume.id));
      await pool.recovery.run();
      expect(await pool.store.read((tx) => tx.bricks.list())).toEqual([]);
      expect(await records(scene)).toEqual([]);
      await expectAgreement(scene);
    }));

  it('can be moved off a dead host: the others are enough for their quorum', () => {
    const down = new Set<string>();
    const health = { ...ALL_UP, isUp: (host: string) => !down.has(host) };
    return withVolume(
      async (scene) => {
        const { pool, hosts } = scene;
        const host = await hostOf(scene, scene.brickId);
        hosts.setHostUp(host, false);
        down.add(host);
        await done(pool, await evict(scene));
        await pool.runner.settled();
        expect(await bricksOf(scene)).toHaveLength(3);
        expect(await records(scene)).toMatchObject([{ type: 'evict-brick', status: 'failed' }]);
        hosts.setHostUp(host, true);
        await pool.recovery.run();
        expect(await records(scene)).toEqual([]);
        await expectAgreement(scene);
      },
      {},
      health,
    );
  });

  it('stays where another brick of its set is down, with or without a heal check that would leave no source', () =>
    withVolume(async (scene) => {
      const others = (await bricksOf(scene)).filter(({ id }) => id !== scene.brickId);
      scene.hosts.setHostUp(await hostOf(scene, others[0]?.id ?? ''), false);
      expect(await refused(scene)).toMatch(/as only 1 of 2 required peer bricks are online$/);
      scene.hosts.setHostUp(await hostOf(scene, others[1]?.id ?? ''), false);
      expect(await refused(scene, false)).toMatch(/as only 0 of 1 required peer bricks are online$/);
    }));

  it('is refused in a volume that keeps no copies, and in one that is stopped', async () => {
    await withVolume(
      async (scene) =>
        expect(await refused(scene)).toMatch(/keeps no copies, so that nothing could fill the new brick$/),
      { durability: NO_COPIES },
    );
    await withVolume(async (scene) => {
      const { hosts, volume } = scene;
      await hosts.run('h1', [{ argv: ['gluster', '--mode=script', 'volume', 'stop', volume.name], timeoutMs: 1000 }]);
      expect(await refused(scene)).toMatch(/is stopped; start it first$/);
    });
  });

  it('is refused when it, or another one of its volume, is pending', () =>
    withVolume(async (scene) => {
      const ticket = await evict(scene);
      expect(await refused(scene)).toBe(
        `Failed to set up brick eviction: Can not evict brick ${scene.brickId}: brick is pending`,
      );
      const other = (await bricksOf(scene)).find(({ id, pendingId }) => id !== scene.brickId && pendingId === null);
      expect(await refused({ ...scene, brickId: other?.id ?? '' })).toBe(
        `Failed to set up brick eviction: Can not evict brick ${other?.id} from volume ${scene.volume.id}: volume has pending bricks`,
      );
      await done(scene.pool, ticket);
    }));

  it('stays when no other device can take it', () =>
    withVolume(async (scene) => {
      const { pool } = scene;
      for (const { id, nodeId } of await pool.store.read((tx) => tx.devices.list())) {
        const isOfSet = (await bricksOf(scene)).some((brick) => brick.nodeId === nodeId && brick.id !== scene.brickId);
        if (!isOfSet) await done(pool, await pool.operations.setDeviceState(id, 'offline'));
      }
      expect(await refused(scene)).toMatch(
        /^Failed to allocate another brick: No Replacement was found for resource requested to be removed/,
      );
      expect(await records(scene)).toEqual([]);
    }));
});

describe('a device that is removed', () => {
  it('gives its bricks away first, and tells how far it is', () =>
    withVolume(async (scene) => {
      const { pool, volume } = scene;
      await done(pool, await pool.operations.createVolume(volumeRequest({ durability: REPLICA_3 })));
      const deviceId = (await brickOf(scene))?.deviceId ?? '';
      await done(pool, await pool.operations.setDeviceState(deviceId, 'offline'));
      await done(pool, await pool.operations.setDeviceState(deviceId, 'failed'));
      await pool.runner.settled();
      expect(await pool.store.read((tx) => tx.bricks.listByDevice(deviceId))).toEqual([]);
      expect(await deviceOf(pool, deviceId)).toMatchObject({ state: 'failed', usedKib: 0 });
      expect(await bricksOf(scene)).toHaveLength(3);
      expect(volume.name).toMatch(/^vol_/);
      await done(pool, await pool.operations.deleteDevice(deviceId, false));
      await expectAgreement(scene);
    }));

  it('waits until what it gave away is healed', () =>
    withVolume(async (scene) => {
      const { pool, hosts, volume } = scene;
      const deviceId = (await brickOf(scene))?.deviceId ?? '';
      await done(pool, await pool.operations.setDeviceState(deviceId, 'offline'));
      hosts.setHealEntries(volume.name, 5);
      const ticket = await pool.operations.setDeviceState(deviceId, 'failed', false);
      await pool.runner.settled();
      const removal = (await records(scene)).find(({ type }) => type === 'remove-device');
      expect(removal?.progress).toMatchObject({
        done: 1,
        total: 1,
        current: 'waits until what took the places of 1 brick is healed',
      });
      expect(await deviceOf(pool, deviceId)).toMatchObject({ state: 'offline' });
      hosts.setHealEntries(volume.name, 0);
      await pool.recovery.run();
      await pool.recovery.run();
      await done(pool, ticket);
      expect(await deviceOf(pool, deviceId)).toMatchObject({ state: 'failed' });
      await expectAgreement(scene);
    }));

  it('stays offline, with what it could not give away', () =>
    withVolume(async (scene) => {
      const { pool, hosts, volume } = scene;
      const deviceId = (await brickOf(scene))?.deviceId ?? '';
      await done(pool, await pool.operations.setDeviceState(deviceId, 'offline'));
      hosts.setHealEntries(volume.name, 5);
      const answer = await answerOf(pool, await pool.operations.setDeviceState(deviceId, 'failed'));
      expect(answer.error).toMatch(/as it is source brick for data to be healed/);
      expect(await deviceOf(pool, deviceId)).toMatchObject({ state: 'offline' });
      expect(await records(scene)).toEqual([]);
      await expectAgreement(scene);
    }));
});

describe('a node that is removed', () => {
  it('gives the bricks of all its devices away, also when it is dead', () =>
    withVolume(async (scene) => {
      const { pool, hosts } = scene;
      const nodeId = (await brickOf(scene))?.nodeId ?? '';
      hosts.setHostUp(await hostOf(scene, scene.brickId), false);
      await done(pool, await pool.operations.setNodeState(nodeId, 'offline'));
      await done(pool, await pool.operations.setNodeState(nodeId, 'failed'));
      expect((await bricksOf(scene)).map((brick) => brick.nodeId)).not.toContain(nodeId);
      expect(await pool.store.read((tx) => tx.nodes.find(nodeId))).toMatchObject({ state: 'failed' });
      for (const { id } of await pool.store.read((tx) => tx.devices.listByNode(nodeId)))
        await done(pool, await pool.operations.deleteDevice(id, true));
      expect(await records(scene)).toEqual([]);
    }));
});
