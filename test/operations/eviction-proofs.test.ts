import { expect, it } from 'vitest';
import type { Brick } from '../../src/domain/brick.js';
import type { Id } from '../../src/domain/ids.js';
import { brickMount } from '../../src/executors/commands/brick/brick-mount.js';
import type { NodeHealth } from '../../src/operations/ports/node-health.js';
import { differences } from '../support/differences.js';
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
  type Scene,
  withVolume,
} from '../support/eviction-scene.js';
import { ALL_UP, answerOf, done } from '../support/pool.js';
import { WatchedExecutor } from '../support/watched-executor.js';

/** A client's folder comes, on these bricks of the volume alone. */
async function fill(scene: Scene, brickIds: readonly Id[]): Promise<void> {
  for (const brick of await bricksOf(scene)) {
    if (!brickIds.includes(brick.id)) continue;
    const host = await hostOf(scene, brick.id);
    const argv = ['mkdir', '-p', `${brick.path}/folder`];
    const [result] = await scene.hosts.run(host, [{ argv, timeoutMs: 1000 }]);
    expect(result?.exitCode, result?.stderr).toBe(0);
  }
}

const idsOf = async (scene: Scene) => (await bricksOf(scene)).map(({ id }) => id);

it('the old brick stays while its successor is empty, though heal info shows no entries yet', () =>
  withVolume(async (scene) => {
    const { pool } = scene;
    const before = await idsOf(scene);
    await fill(scene, before);
    await done(pool, await evict(scene));
    await pool.runner.settled();
    await pool.recovery.run();
    expect(await brickOf(scene)).toMatchObject({ volumeId: '' });
    const [record] = await records(scene);
    expect(record?.retry?.error).toMatch(/is not removed yet: brick .* holds nothing, and brick .* does/);
    await fill(scene, await idsOf(scene));
    await pool.recovery.run();
    expect([await brickOf(scene), await records(scene)]).toEqual([null, []]);
    const unknown = (await differences(pool.store, scene.hosts)).filter((line) => !line.includes('/brick/folder '));
    expect(unknown).toEqual([]);
  }));

it('no further brick leaves a set in which one is empty still, though heal info shows no entries yet', () =>
  withVolume(async (scene) => {
    await fill(scene, await idsOf(scene));
    await done(scene.pool, await evict(scene));
    await scene.pool.runner.settled();
    const full = [];
    for (const { id, path } of await bricksOf(scene)) {
      const argv = ['ls', '-A', '--', path];
      const [seen] = await scene.hosts.run(await hostOf(scene, id), [{ argv, timeoutMs: 1000 }]);
      if (seen?.stdout.includes('folder')) full.push(id);
    }
    expect(full).toHaveLength(2);
    expect(await refused({ ...scene, brickId: full[0] ?? '' })).toMatch(/^Cannot replace brick .* holds nothing, and/);
  }));

it('the old bricks stay when a whole set was replaced unhealed, and holds nothing any more', () =>
  withVolume(async (scene) => {
    const { pool } = scene;
    const before = await idsOf(scene);
    await fill(scene, before);
    for (const brickId of before) {
      await done(pool, await evict({ ...scene, brickId }, false));
      await pool.runner.settled();
    }
    await pool.recovery.run();
    expect((await bricksOf(scene)).filter(({ id }) => before.includes(id))).toEqual([]);
    for (const id of before) expect(await brickOf({ ...scene, brickId: id })).toMatchObject({ volumeId: '' });
  }));

it('a brick is not taken for one of a set that gluster does not have', () =>
  withVolume(async (scene) => {
    const { pool, volume } = scene;
    await done(pool, await pool.operations.expandVolume(volume.id, 10));
    expect(await bricksOf(scene)).toHaveLength(6);
    await pool.store.write(async (tx) => {
      const now = await tx.volumes.find(volume.id);
      if (now) await tx.volumes.update({ ...now, durability: { ...REPLICA_3, replica: 2 } });
    });
    expect(await refused(scene)).toMatch(/gluster's sets have 3 bricks, and the database's 2$/);
  }));

it('an arbiter is no source: a data brick stays when nothing else of its set is connected', () =>
  withVolume(
    async (scene) => {
      const bricks = await bricksOf(scene);
      const [own, other] = bricks.filter(({ subType }) => subType !== 'arbiter');
      expect(bricks).toHaveLength(3);
      scene.hosts.setHostUp(await hostOf(scene, other?.id ?? ''), false);
      expect(await refused({ ...scene, brickId: own?.id ?? '' }, false)).toMatch(
        /as only 0 of 1 required peer bricks are online$/,
      );
    },
    { options: ['user.heketi.arbiter true'] },
  ));

it('a device whose disk is away for ever is removed once what took its places is healed', () =>
  withVolume(async (scene) => {
    const { pool, hosts } = scene;
    const deviceId = (await brickOf(scene))?.deviceId ?? '';
    const host = await hostOf(scene, scene.brickId);
    const nodeId = (await brickOf(scene))?.nodeId ?? '';
    for (const { id } of await pool.store.read((tx) => tx.devices.listByNode(nodeId)))
      await done(pool, await pool.operations.setDeviceState(id, 'offline'));
    hosts.setDisksAway(host, true);
    await pool.operations.setDeviceState(deviceId, 'failed', false);
    await pool.runner.settled();
    await pool.recovery.run();
    expect(await deviceOf(pool, deviceId)).toMatchObject({ state: 'failed' });
    await done(pool, await pool.operations.deleteDevice(deviceId, true));
    expect(await records(scene)).toEqual([]);
  }));

it('a client is answered that its brick was replaced, though nobody can tell then what waits to be healed', () => {
  let isReplaced = false;
  return withVolume(
    async (scene) => {
      await done(scene.pool, await evict(scene));
      await scene.pool.runner.settled();
      expect(await records(scene)).toMatchObject([{ type: 'evict-brick', status: 'failed' }]);
      isReplaced = false;
      await scene.pool.recovery.run();
      expect(await records(scene)).toEqual([]);
      await expectAgreement(scene);
    },
    {},
    ALL_UP,
    (hosts) =>
      new WatchedExecutor(hosts, (line, host) => {
        if (line.includes(' replace-brick ')) isReplaced = true;
        else if (isReplaced && line.includes(' heal ')) hosts.setHostUp(host, false);
        else hosts.setHostUp(host, true);
      }),
  );
});

/** The new brick's host goes away for ever while it makes the brick. */
function withLostHost(work: (scene: Scene, lost: string) => Promise<void>): Promise<void> {
  const down = new Set<string>();
  let isMoving = false;
  const health: NodeHealth = { ...ALL_UP, isUp: (host) => !down.has(host) };
  return withVolume(
    async (scene) => {
      isMoving = true;
      expect((await answerOf(scene.pool, await evict(scene))).error).not.toBeNull();
      await scene.pool.runner.settled();
      isMoving = false;
      await work(scene, [...down][0] ?? '');
    },
    {},
    health,
    (hosts) =>
      new WatchedExecutor(hosts, (line, host) => {
        if (!isMoving || down.size > 0 || !line.startsWith('mkfs.xfs')) return;
        down.add(host);
        hosts.setHostUp(host, false);
      }),
  );
}

it('a volume is not held up by the host of a successor that was never put into its place', () =>
  withLostHost(async (scene, lost) => {
    const { pool, hosts, volume } = scene;
    await pool.recovery.run();
    expect(await brickOf(scene)).toMatchObject({ volumeId: volume.id, pendingId: null });
    expect(await bricksOf(scene)).toHaveLength(3);
    expect(await records(scene)).toMatchObject([{ type: 'delete-volume', status: 'failed' }]);
    hosts.setHostUp(lost, true);
    await pool.recovery.run();
    expect(await records(scene)).toEqual([]);
    await expectAgreement(scene);
  }));

it('a volume that somebody deleted by hand meanwhile is let go of: its eviction ends', () => {
  let isMoving = false;
  return withVolume(
    async (scene) => {
      isMoving = true;
      await evict(scene);
      await scene.pool.runner.settled();
      expect(await records(scene)).toEqual([]);
      expect(await brickOf(scene)).toMatchObject({ volumeId: scene.volume.id, pendingId: null });
      await done(scene.pool, await scene.pool.operations.deleteVolume(scene.volume.id));
      await expectAgreement(scene);
    },
    {},
    ALL_UP,
    (hosts) =>
      new WatchedExecutor(hosts, async (line, host) => {
        if (!isMoving || !line.startsWith('mkfs.xfs')) return;
        isMoving = false;
        const gluster = (...words: readonly string[]) => ({
          argv: ['gluster', '--mode=script', 'volume', ...words],
          timeoutMs: 1000,
        });
        const [listed] = await hosts.run(host, [gluster('list')]);
        const name = listed?.stdout.trim() ?? '';
        await hosts.run(host, [gluster('stop', name, 'force'), gluster('delete', name)]);
      }),
  );
});

it('one of two bricks that was down stays when it knows of changes that the other one never had', () => {
  const down = new Set<string>();
  const health: NodeHealth = { ...ALL_UP, isUp: (host) => !down.has(host) };
  return withVolume(
    async (scene) => {
      const { pool, hosts } = scene;
      const host = await hostOf(scene, scene.brickId);
      const index = `${(await brickOf(scene))?.path}/.glusterfs/indices/xattrop`;
      const run = async (...argv: readonly string[]) => {
        const [result] = await hosts.run(host, [{ argv, timeoutMs: 1000 }]);
        expect(result?.exitCode, result?.stderr).toBe(0);
      };
      await run('mkdir', '-p', `${index}/xattrop-base`, `${index}/changed`);
      hosts.setHostUp(host, false);
      down.add(host);
      await done(pool, await evict(scene));
      await pool.runner.settled();
      hosts.setHostUp(host, true);
      await pool.recovery.run();
      const [record] = await records(scene);
      expect(record?.retry?.error).toMatch(/may hold the only copy of 1 change /);
      await run('rmdir', `${index}/changed`);
      await pool.recovery.run();
      expect([await brickOf(scene), await records(scene)]).toEqual([null, []]);
    },
    { durability: { ...REPLICA_3, replica: 2 } },
    health,
  );
});

it('one of two bricks stays when its host is back in the moment after nobody could tell what it has', () => {
  const down = new Set<string>();
  let host = '';
  let looks = 0;
  return withVolume(
    async (scene) => {
      const { pool, hosts, volume } = scene;
      host = await hostOf(scene, scene.brickId);
      const [mate = ''] = await Promise.all(
        (await bricksOf(scene)).filter(({ id }) => id !== scene.brickId).map(({ id }) => hostOf(scene, id)),
      );
      hosts.setHostUp(mate, false);
      hosts.heals.write(volume.name, 0, 1);
      hosts.setHostUp(host, false);
      down.add(host);
      hosts.setHostUp(mate, true);
      await done(pool, await evict(scene));
      await pool.runner.settled();
      expect(await brickOf(scene)).not.toBeNull();
      down.clear();
      hosts.setHostUp(host, true);
      await pool.recovery.run();
      expect((await records(scene))[0]?.retry?.error).toMatch(/may hold the only copy of 1 change /);
      expect(hosts.heals.copies().filter(({ contents }) => contents.files.has(1))).toHaveLength(1);
    },
    { durability: { ...REPLICA_3, replica: 2 } },
    { ...ALL_UP, isUp: (name) => !down.has(name) },
    (hosts) =>
      new WatchedExecutor(hosts, (line) => {
        if (line.includes(' replace-brick ')) looks = 0;
        if (line.includes(' heal ')) looks++;
        // After its set was seen to be healed, and the old one not asked, it is told who uses the brick that is to be removed.
        if (looks < 2 || !line.includes('pool list') || !down.delete(host)) return;
        hosts.setHostUp(host, true);
      }),
  );
});

it('an old brick stays while its file system is not mounted and nobody has seen what it has', () => {
  const down = new Set<string>();
  return withVolume(
    async (scene) => {
      const { pool, hosts } = scene;
      const brick = await brickOf(scene);
      const host = await hostOf(scene, scene.brickId);
      const { device, mountPoint } = brickMount(brick as Brick);
      hosts.setHostUp(host, false);
      down.add(host);
      await done(pool, await evict(scene));
      await pool.runner.settled();
      hosts.setHostUp(host, true);
      const run = (...argv: readonly string[]) => hosts.run(host, [{ argv, timeoutMs: 1000 }]);
      await run('umount', mountPoint);
      await pool.recovery.run();
      expect((await records(scene))[0]?.retry?.error).toContain(`not mounted on ${host}, so that nobody can tell`);
      await run('mount', '-o', 'noatime', device, mountPoint);
      await pool.recovery.run();
      expect([await brickOf(scene), await records(scene)]).toEqual([null, []]);
      await expectAgreement(scene);
    },
    {},
    { ...ALL_UP, isUp: (name) => !down.has(name) },
  );
});

it('an old brick ends with the disk that it was on, once its machine is installed anew and reinstated', () => {
  const down = new Set<string>();
  return withVolume(
    async (scene) => {
      const { pool, hosts } = scene;
      const brick = await brickOf(scene);
      const host = await hostOf(scene, scene.brickId);
      hosts.setHostUp(host, false);
      down.add(host);
      await done(pool, await evict(scene));
      await pool.runner.settled();
      down.clear();
      hosts.reinstall(host);
      await pool.recovery.run();
      expect((await records(scene))[0]?.retry?.error).toMatch(/does not show volume group/);
      await pool.operations.reinstateNode(brick?.nodeId ?? '', {});
      await pool.runner.settled();
      await pool.recovery.run();
      await pool.runner.settled();
      await pool.recovery.run();
      expect([await brickOf(scene), await records(scene)]).toEqual([null, []]);
      await expectAgreement(scene);
    },
    {},
    { ...ALL_UP, isUp: (name) => !down.has(name) },
  );
});

it('a brick stays when another one goes down and misses a file, after roots were compared and before it is replaced', () => {
  const mates: string[] = [];
  let mate: string | undefined;
  let wasLookedAt = false;
  let isDown = false;
  let fail = (): unknown => undefined;
  return withVolume(
    async (scene) => {
      const { pool, hosts, volume } = scene;
      const ids = (await bricksOf(scene)).map(({ id }) => id).filter((id) => id !== scene.brickId);
      const ticket = await evict(scene);
      mates.push(...(await Promise.all(ids.map((id) => hostOf(scene, id)))));
      fail = () => {
        hosts.setHostUp(mate ?? '', false);
        return hosts.heals.write(volume.name, 0, 1);
      };
      expect((await answerOf(pool, ticket)).error).toMatch(/as only 1 of 2 required peer bricks are online$/);
      expect(isDown).toBe(true);
      expect(await brickOf(scene)).toMatchObject({ volumeId: volume.id, pendingId: null });
      hosts.setHostUp(mate ?? '', true);
      await expectAgreement(scene);
    },
    {},
    ALL_UP,
    (hosts) =>
      new WatchedExecutor(hosts, (line, host) => {
        if (wasLookedAt && !isDown && !line.startsWith('ls -A')) {
          isDown = true;
          fail();
        }
        if (line.includes(' heal ')) mate ??= mates.find((name) => name !== host);
        if (line.startsWith('ls -A') && host === mate) wasLookedAt = true;
      }),
  );
});

it('the old brick stays when what waits to be healed is listed only while roots are compared', () => {
  let isReplaced = false;
  let name = '';
  return withVolume(
    async (scene) => {
      const { pool, hosts, volume } = scene;
      name = volume.name;
      await done(pool, await evict(scene));
      await pool.runner.settled();
      expect((await records(scene))[0]?.retry?.error).toMatch(/is not removed yet: 3 entries of brick/);
      expect(await brickOf(scene)).not.toBeNull();
      isReplaced = false;
      hosts.setHealEntries(volume.name, 0);
      await pool.recovery.run();
      expect([await brickOf(scene), await records(scene)]).toEqual([null, []]);
    },
    {},
    ALL_UP,
    (hosts) =>
      new WatchedExecutor(hosts, (line) => {
        if (line.includes(' replace-brick ')) isReplaced = true;
        else if (isReplaced && line.startsWith('ls -A')) hosts.setHealEntries(name, 3);
      }),
  );
});
