import { describe, expect, it } from 'vitest';
import type { Id } from '../../src/domain/ids.js';
import { type Executor, TransportError } from '../../src/executors/executor.js';
import type { SimulatedHosts } from '../../src/executors/mock/simulated-hosts.js';
import { markInterrupted } from '../../src/operations/engine/recovery.js';
import { differences } from '../support/differences.js';
import { REPLICA_3 } from '../support/eviction-scene.js';
import {
  answerOf,
  done,
  loadTopology,
  type Pool,
  type PoolOptions,
  records,
  SILENT,
  strictHosts,
  volumeRequest,
  withPool,
} from '../support/pool.js';
import { WatchedExecutor } from '../support/watched-executor.js';

interface Scene {
  readonly pool: Pool;
  readonly hosts: SimulatedHosts;
  /** Offline; it has a brick of each volume. */
  readonly deviceId: Id;
}

interface Options extends PoolOptions {
  readonly executorOn?: (hosts: SimulatedHosts) => Executor;
  readonly hostCount?: number;
}

/** `volumes` volumes of three bricks, on hosts with one device each. */
async function withDevice(volumes: number, work: (scene: Scene) => Promise<void>, options: Options = {}) {
  const { executorOn, hostCount = 5, ...rest } = options;
  const hosts = strictHosts(hostCount, 1);
  await withPool(
    executorOn?.(hosts) ?? hosts,
    async (pool) => {
      await loadTopology(pool, 3, 1);
      for (let i = 0; i < volumes; i++)
        await done(pool, await pool.operations.createVolume(volumeRequest({ name: `v${i}`, durability: REPLICA_3 })));
      const [device] = await pool.store.read((tx) => tx.devices.list());
      await addHosts(pool, hostCount);
      const deviceId = device?.id ?? '';
      await done(pool, await pool.operations.setDeviceState(deviceId, 'offline'));
      await work({ pool, hosts, deviceId });
    },
    rest,
  );
}

async function addHosts(pool: Pool, count: number): Promise<void> {
  const [cluster] = await pool.store.read((tx) => tx.clusters.list());
  for (let i = 4; i <= count; i++) {
    const request = { clusterId: cluster?.id ?? '', zone: i, manageNames: [`h${i}`], storageNames: [`10.0.0.${i}`] };
    const location = await done(pool, await pool.operations.addNode({ ...request, tags: {} }));
    const nodeId = location.slice('/nodes/'.length);
    await done(pool, await pool.operations.addDevice({ nodeId, name: '/dev/sdb', mayDestroyData: false, tags: {} }));
  }
}

const bricksOn = ({ pool, deviceId }: Scene) =>
  pool.store.read(async (tx) => (await tx.bricks.listByDevice(deviceId)).filter(({ volumeId }) => volumeId !== ''));
const removal = async ({ pool }: Scene) => (await records(pool)).find(({ type }) => type === 'remove-device');
const remove = ({ pool, deviceId }: Scene) => pool.operations.setDeviceState(deviceId, 'failed');
const stateOf = async ({ pool, deviceId }: Scene) => (await pool.store.read((tx) => tx.devices.find(deviceId)))?.state;

/** Each volume has something to heal as soon as one of its bricks was replaced. */
const healing = (hosts: SimulatedHosts) => {
  const replaced = new Set<string>();
  return new WatchedExecutor(hosts, (line) => {
    for (const name of replaced) hosts.setHealEntries(name, 7);
    replaced.clear();
    const name = / volume replace-brick (\S+) /.exec(line)?.[1];
    if (name) replaced.add(name);
  });
};

describe('a device that is emptied', () => {
  it('gives away what can go, and tells of each other brick why it stays', () =>
    withDevice(3, async (scene) => {
      const { pool, hosts } = scene;
      hosts.setHealEntries('v0', 5);
      hosts.setHealEntries('v2', 9);
      const { error } = await answerOf(pool, await remove(scene));
      const left = await bricksOn(scene);
      expect(left).toHaveLength(2);
      expect(error).toMatch(
        /^Cannot replace brick .* as it is source brick for data to be healed \([59] entries wait\)\n/,
      );
      expect(error).toContain('2 of 3 bricks could not be moved:\n');
      for (const { id, volumeId } of left)
        expect(error).toContain(`  brick ${id} of volume ${volumeId}: Cannot replace`);
      for (const entries of [5, 9]) expect(error).toContain(`(${entries} entries wait)`);
      expect(await stateOf(scene)).toBe('offline');
      expect(await records(pool)).toEqual([]);
      for (const name of ['v0', 'v2']) hosts.setHealEntries(name, 0);
      await done(pool, await remove(scene));
      expect(await bricksOn(scene)).toEqual([]);
      expect(await differences(pool.store, hosts)).toEqual([]);
    }));

  it('passes over a brick whose new one could not be made, and takes that back', () => {
    let isBroken = true;
    return withDevice(
      3,
      async (scene) => {
        const { error } = await answerOf(scene.pool, await remove(scene));
        expect(error).toContain('1 of 3 bricks could not be moved:\n');
        expect(await bricksOn(scene)).toHaveLength(1);
        expect(await records(scene.pool)).toEqual([]);
        isBroken = false;
        await done(scene.pool, await remove(scene));
        expect(await stateOf(scene)).toBe('failed');
        expect(await differences(scene.pool.store, scene.hosts)).toEqual([]);
      },
      {
        executorOn: (hosts) =>
          new WatchedExecutor(hosts, (line, host) => {
            const isHit = isBroken && line.includes(' volume replace-brick v1 ');
            hosts.setGlusterdUp(host, !isHit);
          }),
      },
    );
  });

  it('moves bricks of other volumes while one heals, and tells what is left to heal', () =>
    withDevice(
      3,
      async (scene) => {
        const { pool, hosts } = scene;
        const ticket = await remove(scene);
        await pool.runner.settled();
        await pool.recovery.run();
        expect(await bricksOn(scene)).toEqual([]);
        const { progress } = (await removal(scene)) ?? {};
        expect(progress).toMatchObject({
          done: 3,
          total: 3,
          current: 'waits until what took the places of 3 bricks is healed',
        });
        expect(progress?.healing).toHaveLength(3);
        expect(progress?.healing?.map(({ entriesLeft }) => entriesLeft)).toEqual([7, 7, 7]);
        for (const name of ['v0', 'v1', 'v2']) hosts.setHealEntries(name, 0);
        await pool.recovery.run();
        await pool.recovery.run();
        await done(pool, ticket);
        expect(await stateOf(scene)).toBe('failed');
        expect(await differences(pool.store, hosts)).toEqual([]);
      },
      { executorOn: healing },
    ));

  it('lets no more sets heal at a time than the settings say', () =>
    withDevice(
      3,
      async (scene) => {
        const { pool, hosts } = scene;
        const ticket = await remove(scene);
        await pool.runner.settled();
        expect((await removal(scene))?.progress).toMatchObject({ done: 2, total: 3 });
        const replaced = (await removal(scene))?.progress?.healing?.map(({ volumeId }) => volumeId) ?? [];
        const volume = await pool.store.read((tx) => tx.volumes.find(replaced[0] ?? ''));
        hosts.setHealEntries(volume?.name ?? '', 0);
        await pool.recovery.run();
        await pool.recovery.run();
        expect((await removal(scene))?.progress).toMatchObject({ done: 3, total: 3 });
        for (const name of ['v0', 'v1', 'v2']) hosts.setHealEntries(name, 0);
        await pool.recovery.run();
        await pool.recovery.run();
        await done(pool, ticket);
      },
      { executorOn: healing, settings: { healsPerRemoval: 2 } },
    ));

  it('waits for a set from which another removal has just taken a brick', () =>
    withDevice(
      1,
      async (scene) => {
        const { pool, hosts } = scene;
        const first = await remove(scene);
        await pool.runner.settled();
        const [volume] = await pool.store.read((tx) => tx.volumes.list());
        const [other] = await pool.store.read((tx) => tx.bricks.listByVolume(volume?.id ?? ''));
        const deviceId = other?.deviceId ?? '';
        await done(pool, await pool.operations.setDeviceState(deviceId, 'offline'));
        const second = await remove({ ...scene, deviceId });
        await pool.runner.settled();
        const waiting = (await records(pool)).filter(({ type }) => type === 'remove-device');
        expect(waiting.map(({ progress }) => progress?.current).sort()).toEqual([
          'waits for other operations, which change or heal the volumes of 1 brick',
          'waits until what took the places of 1 brick is healed',
        ]);
        expect(await bricksOn({ ...scene, deviceId })).toHaveLength(1);
        for (let i = 0; i < 4; i++) {
          hosts.setHealEntries('v0', 0);
          await pool.recovery.run();
        }
        await done(pool, first);
        await done(pool, second);
        expect(await differences(pool.store, hosts)).toEqual([]);
      },
      { executorOn: healing },
    ));

  it('is given up with what does not heal in time', () =>
    withDevice(
      2,
      async (scene) => {
        const { error } = await answerOf(scene.pool, await remove(scene));
        expect(error).toMatch(
          /^2 bricks of those that were replaced still wait for the heal after 0 hours; see to that:\n/,
        );
        expect(error).toMatch(/ {2}brick \w+ of volume \w+ \(operation \w+\): .* 7 entries of brick /);
        expect(await stateOf(scene)).toBe('offline');
        expect((await records(scene.pool)).map(({ type }) => type)).toEqual(['evict-brick', 'evict-brick']);
      },
      { executorOn: healing, settings: { healLimitMs: -1 } },
    ));

  it('goes on past a brick whose hosts can not be asked, and comes back to it, and so does the next server', () => {
    const unreached = new Set<string>();
    return withDevice(
      3,
      async (scene) => {
        const { pool, hosts } = scene;
        hosts.setHealEntries('v2', 4);
        const volumes = await pool.store.read((tx) => tx.volumes.list());
        const bricks = await pool.store.read((tx) => tx.bricks.list());
        const idOf = (name: string) => volumes.find((volume) => volume.name === name)?.id;
        for (const { volumeId, path } of bricks) if (volumeId === idOf('v1')) unreached.add(path);
        const ticket = await remove(scene);
        await pool.runner.settled();
        expect((await bricksOn(scene)).map(({ volumeId }) => volumeId).sort()).toEqual([idOf('v1'), idOf('v2')].sort());
        expect(await removal(scene)).toMatchObject({
          progress: { total: 3, refused: [{ reason: expect.stringMatching(/4 entries wait/) }] },
          retry: { waitsForHost: true, error: expect.stringMatching(/^brick \w+: h\d can't be reached/) },
        });
        unreached.clear();
        await markInterrupted(pool.store, SILENT);
        await pool.recovery.run();
        const { error } = await answerOf(pool, ticket);
        expect(error).toMatch(/^Cannot replace brick .* \(4 entries wait\)\n1 of 3 bricks could not be moved:\n/);
        expect((await bricksOn(scene)).map(({ volumeId }) => volumeId)).toEqual([idOf('v2')]);
        expect(await differences(pool.store, hosts)).toEqual([]);
      },
      {
        executorOn: (hosts) =>
          new WatchedExecutor(hosts, (line, host) => {
            const isHit = line.startsWith('ls -A') && [...unreached].some((path) => line.endsWith(path));
            if (isHit) throw new TransportError(host, `${host} can't be reached`, false);
          }),
      },
    );
  });

  it('waits for a volume that is being expanded, and then moves its bricks', () => {
    let hold: Promise<void> = Promise.resolve();
    let release = (): void => undefined;
    return withDevice(
      1,
      async (scene) => {
        const { pool, hosts } = scene;
        hold = new Promise((resolve) => {
          release = resolve;
        });
        const [volume] = await pool.store.read((tx) => tx.volumes.list());
        const expansion = await pool.operations.expandVolume(volume?.id ?? '', 5);
        const ticket = await remove(scene);
        for (let i = 0; !(await removal(scene))?.progress && i < 1000; i++)
          await new Promise((turn) => setImmediate(turn));
        expect((await removal(scene))?.progress?.current).toMatch(/^waits for other operations/);
        release();
        await done(pool, expansion);
        await pool.recovery.run();
        await done(pool, ticket);
        expect(await stateOf(scene)).toBe('failed');
        expect(await differences(pool.store, hosts)).toEqual([]);
      },
      {
        executorOn: (hosts) =>
          new WatchedExecutor(hosts, async (line) => {
            if (line.startsWith('mkfs.xfs')) await hold;
          }),
      },
    );
  });
});
