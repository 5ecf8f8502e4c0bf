import { expect, it } from 'vitest';
import { newId } from '../../src/domain/ids.js';
import { devicePath } from '../../src/executors/commands/brick/brick.js';
import { appendFstabLine } from '../../src/executors/commands/host/fstab-lines.js';
import { MockExecutor } from '../../src/executors/mock/mock-executor.js';
import type { SimulatedHosts } from '../../src/executors/mock/simulated-hosts.js';
import { findDifferences } from '../../src/operations/examination/find-differences.js';
import { differences } from '../support/differences.js';
import { HOST_SETTINGS } from '../support/host-settings.js';
import { type MovedBrick, moveBrickByHand } from '../support/moved-brick.js';
import {
  answerOf,
  done,
  loadTopology,
  type Pool,
  strictHosts,
  volumeIdOf,
  volumeRequest,
  withPool,
} from '../support/pool.js';
import { WatchedExecutor } from '../support/watched-executor.js';

interface Scene {
  readonly pool: Pool;
  readonly hosts: SimulatedHosts;
  readonly id: string;
  move(byHand?: Parameters<typeof moveBrickByHand>[3]): Promise<MovedBrick>;
  gluster(...words: readonly string[]): Promise<void>;
  /** The refusal, after which nothing has changed. */
  refusal(): Promise<string>;
}

/** A volume `v` of three bricks on three hosts with two devices each. */
async function withVolume(work: (scene: Scene) => Promise<void>, beforeCommand = async (_line: string) => {}) {
  const hosts = strictHosts(3, 2);
  await withPool(new WatchedExecutor(hosts, beforeCommand), async (pool) => {
    const { operations, store } = pool;
    await loadTopology(pool, 3, 2);
    const id = volumeIdOf(await done(pool, await operations.createVolume(volumeRequest({ name: 'v' }))));
    const executor = new MockExecutor(hosts);
    await work({
      pool,
      hosts,
      id,
      move: (byHand) => moveBrickByHand(store, executor, 'v', byHand),
      async gluster(...words) {
        const [result] = await executor.run('h1', [{ argv: ['gluster', '--mode=script', ...words], timeoutMs: 1000 }]);
        expect(result?.exitCode, `${words.join(' ')}: ${result?.stderr}`).toBe(0);
      },
      async refusal() {
        const before = [hosts.state(), await books(pool)];
        const { error } = await answerOf(pool, await operations.adoptBricks(id));
        expect([hosts.state(), await books(pool)]).toEqual(before);
        expect(error).toContain(`bricks of volume v (${id}) are not taken over: `);
        return error ?? '';
      },
    });
  });
}

const books = ({ store }: Pool) =>
  store.read(async (tx) => [await tx.bricks.list(), await tx.devices.list(), await tx.operations.list()]);

const listed = async ({ store }: Pool, hosts: SimulatedHosts) =>
  (await findDifferences(store, { executor: new MockExecutor(hosts), settings: HOST_SETTINGS })).differences;

it('a brick moved by hand is taken over; the volume is cloned and deleted, and nothing of either is left', () =>
  withVolume(async ({ pool, hosts, id, move }) => {
    const { operations, store, recovery } = pool;
    const moved = await move();
    const mountPoint = moved.path.replace(/\/brick$/, '');
    const source = devicePath(`vg_${moved.deviceId}`, moved.lv);
    const line = `${source} ${mountPoint} xfs ${HOST_SETTINGS.mountOptions} 1 2`;
    await new MockExecutor(hosts).run(moved.host, [appendFstabLine('/etc/fstab', line)]);
    const advice = (await listed(pool, hosts)).filter(({ kind }) => kind.endsWith('-brick'));
    expect(advice).toHaveLength(2);
    for (const { remedy } of advice) expect(remedy).toContain(`heketi-cli volume adopt-bricks ${id}`);

    const untouched = hosts.state();
    expect(await done(pool, await operations.adoptBricks(id))).toBe(`/volumes/${id}`);
    expect(hosts.state()).toEqual(untouched);
    const bricks = await store.read((tx) => tx.bricks.listByVolume(id));
    expect(bricks).toHaveLength(3);
    const { old } = moved;
    expect(bricks.find(({ path }) => path === moved.path)).toMatchObject({
      deviceId: moved.deviceId,
      nodeId: old.nodeId,
      lv: moved.lv,
      thinPool: moved.pool,
      sizeKib: old.sizeKib,
      thinPoolKib: old.thinPoolKib,
      poolMetadataKib: 53248,
      subType: 'normal',
      pendingId: null,
    });
    const [parked] = await store.read((tx) => tx.operations.list());
    expect(parked?.actions).toEqual([{ change: 'delete-brick', id: old.id, delta: null }]);
    await recovery.run();
    expect(await differences(store, hosts)).toEqual([]);
    expect(await listed(pool, hosts)).toEqual([]);

    const clone = volumeIdOf(await done(pool, await operations.cloneVolume(id, 'twin')));
    expect(await differences(store, hosts)).toEqual([]);
    await done(pool, await operations.deleteVolume(id));
    // The adopted brick's pool holds the clone's brick still.
    expect(await differences(store, hosts)).toEqual([]);
    await done(pool, await operations.deleteVolume(clone));
    expect(await differences(store, hosts)).toEqual([]);
    expect(await listed(pool, hosts)).toEqual([]);
    expect(
      hosts
        .state()
        .hosts.flatMap(({ groups }) => groups)
        .every(({ usedExtents }) => usedExtents === 0),
    ).toBe(true);
  }));

it('a brick may lie anywhere, with an fstab line of any form; space that a resync has counted is not taken twice', () =>
  withVolume(async ({ pool, hosts, id, move }) => {
    const { operations, store, recovery } = pool;
    const moved = await move({ mountPoint: '/bricks/v-1' });
    const line = appendFstabLine('/etc/fstab', 'LABEL=mine /bricks/v-1 xfs defaults 0 0');
    await new MockExecutor(hosts).run(moved.host, [line]);
    const usedKib = async () => (await store.read((tx) => tx.devices.find(moved.deviceId)))?.usedKib;
    await done(pool, await operations.resyncDevice(moved.deviceId));
    const counted = await usedKib();
    await done(pool, await operations.adoptBricks(id));
    expect(await usedKib()).toBe(counted);
    await recovery.run();
    await done(pool, await operations.resyncDevice(moved.deviceId));
    expect(await usedKib()).toBe(moved.old.thinPoolKib + 53248);
    await done(pool, await operations.deleteVolume(id));
    expect(await store.read((tx) => tx.operations.list())).toEqual([]);
    expect(
      hosts
        .state()
        .hosts.flatMap(({ groups }) => groups)
        .every(({ usedExtents }) => usedExtents === 0),
    ).toBe(true);
  }));

it('a brick that gave its place up is not removed while a volume of gluster has it', () =>
  withVolume(async ({ pool, hosts, id, move, gluster }) => {
    const { old } = await move();
    await done(pool, await pool.operations.adoptBricks(id));
    const node = await pool.store.read((tx) => tx.nodes.find(old.nodeId));
    await gluster('volume', 'create', 'rescue', `${node?.storageNames[0]}:${old.path}`, 'force');
    const before = hosts.state();
    await pool.recovery.run();
    expect(hosts.state()).toEqual(before);
    expect(await pool.store.read((tx) => tx.bricks.find(old.id))).not.toBeNull();
  }));

it.each<[string, (scene: Scene) => Promise<unknown>, RegExp]>([
  ['nothing has moved', async () => {}, /gluster has the very bricks that this server knows/],
  [
    'files wait to be healed',
    async ({ move, hosts }) => {
      await move();
      hosts.setHealEntries('v', 7);
    },
    /7 entries of brick 10\.0\.0\.\d:\S+ wait to be healed/,
  ],
  [
    'the volume is stopped',
    async ({ move, gluster }) => {
      await move();
      await gluster('volume', 'stop', 'v');
    },
    /it is stopped/,
  ],
  [
    'the volume is gone',
    ({ gluster }) => gluster('volume', 'stop', 'v').then(() => gluster('volume', 'delete', 'v')),
    /gluster has no volume v/,
  ],
  [
    'the path does not tell the mount point',
    ({ move }) => move({ mountPoint: '/bricks/v', directory: '/data' }),
    /brick 10\.0\.0\.\d:\/bricks\/v\/data: its file system is mounted at \/bricks\/v; it must be/,
  ],
  [
    'the logical volume is not thin',
    ({ move }) => move({ isPlain: true }),
    /brick 10\.0\.0\.\d:\S+: \/dev\/mapper\/vg_\S+ is not a thin volume/,
  ],
  [
    'the brick was added',
    ({ gluster }) => gluster('volume', 'add-brick', 'v', ...['1', '2', '3'].map((n) => `10.0.0.${n}:/more`), 'force'),
    /gluster's volume has 6 bricks, and this server knows 3/,
  ],
  [
    'the file system is on no known device',
    async ({ pool, move }) => {
      const { deviceId } = await move();
      await pool.store.write((tx) => tx.devices.delete(deviceId));
    },
    /brick 10\.0\.0\.\d:\S+: \/dev\/mapper\/vg_\S+ is not in the volume group of a known device of node h\d/,
  ],
  [
    'the device has failed',
    async ({ pool, move }) => {
      const { deviceId } = await move();
      await pool.store.write(async (tx) => {
        const device = await tx.devices.find(deviceId);
        if (device) await tx.devices.update({ ...device, state: 'failed' });
      });
    },
    /its node or its device \/dev\/sd\w \(\w{32}\) has been removed/,
  ],
  [
    'a known brick has the logical volume',
    async ({ pool, move }) => {
      const { old, deviceId, lv } = await move();
      const other = { ...old, id: newId(), volumeId: newId(), deviceId, lv, path: '/elsewhere/brick' };
      await pool.store.write((tx) => tx.bricks.insert([other]));
    },
    /its directory or logical volume is that of the known brick \w{32}/,
  ],
])('is refused when %s', async (_why, prepare, reason) =>
  withVolume(async (scene) => {
    await prepare(scene);
    expect(await scene.refusal()).toMatch(reason);
  }),
);

it('is refused for a volume that is unknown or being changed, also when that began meanwhile', async () => {
  let whenHealIsAsked: (() => Promise<unknown>) | null = null;
  await withVolume(
    async ({ pool, id, move }) => {
      const { operations, store } = pool;
      await expect(operations.adoptBricks('f'.repeat(32))).rejects.toMatchObject({ code: 'not_found' });
      await move();
      const mark = (pendingId: string | null) =>
        store.write(async (tx) => {
          const volume = await tx.volumes.find(id);
          if (volume) await tx.volumes.update({ ...volume, pendingId });
        });
      const change = newId();
      await mark(change);
      await expect(operations.adoptBricks(id)).rejects.toMatchObject({
        code: 'conflict',
        message: expect.stringContaining(`Operation ${change} is changing it`),
      });
      await mark(null);
      whenHealIsAsked = () => mark(change);
      const { error } = await answerOf(pool, await operations.adoptBricks(id));
      expect(error).toContain(`Operation ${change} is changing it`);
      await mark(null);
      whenHealIsAsked = () =>
        store.write(async (tx) => {
          const [brick] = await tx.bricks.listByVolume(id);
          if (brick) await tx.bricks.update({ ...brick, path: '/moved/meanwhile/brick' });
        });
      const again = await answerOf(pool, await operations.adoptBricks(id));
      expect(again.error).toContain('its bricks in the database have changed meanwhile');
    },
    async (line) => {
      if (!line.includes('heal v info') || !whenHealIsAsked) return;
      const work = whenHealIsAsked;
      whenHealIsAsked = null;
      await work();
    },
  );
});
