import { describe, expect, it } from 'vitest';
import type { Brick } from '../../src/domain/brick.js';
import type { NodeHealth } from '../../src/operations/ports/node-health.js';
import { ALL_UP, done } from '../support/pool.js';
import {
  expectWhole,
  HOST,
  REPLICA_2,
  recordsOf,
  reinstated,
  type Scene,
  type Setting,
  withNode,
} from '../support/reinstated-node.js';
import { WatchedExecutor } from '../support/watched-executor.js';

const PACE = { filesPerSecond: 1, secondsUntilDispersedKnow: 5 };

interface SetMate {
  readonly brick: Brick;
  readonly host: string;
}

/** Hosts that the server knows to be down. */
function knownDown(): { setDown(scene: Scene, host: string, isDown: boolean): void; readonly health: NodeHealth } {
  const down = new Set<string>();
  return {
    setDown({ hosts }, host, isDown) {
      hosts.setHostUp(host, !isDown);
      if (isDown) down.add(host);
      else down.delete(host);
    },
    health: { ...ALL_UP, isUp: (host) => !down.has(host) },
  };
}

/** A brick on the machine that is installed anew, and the others of its set. */
async function setOf({ pool, nodeId }: Scene) {
  return pool.store.read(async (tx) => {
    const [own] = await tx.bricks.listByNode(nodeId);
    const volume = own && (await tx.volumes.find(own.volumeId));
    if (!own || !volume) throw new Error(`no brick on ${HOST}`);
    const others: SetMate[] = [];
    for (const brick of await tx.bricks.listByVolume(own.volumeId)) {
      const host = (await tx.nodes.find(brick.nodeId))?.manageNames[0] ?? '';
      if (brick.id !== own.id) others.push({ brick, host });
    }
    const [first, ...more] = others;
    if (!first) throw new Error('no other brick');
    return { own, volume, first, more };
  });
}

async function goOn({ pool }: Scene): Promise<void> {
  await pool.recovery.run();
  await pool.runner.settled();
}

/** The machine is installed anew, and what can be given back of its bricks is; they are not filled yet. */
async function giveBack(scene: Scene): Promise<{ readonly queueId: string }> {
  scene.hosts.heals.setPace(PACE);
  scene.hosts.reinstall(HOST);
  const ticket = await scene.pool.operations.reinstateNode(scene.nodeId, {});
  await scene.pool.runner.settled();
  return ticket;
}

/** What an eviction of the brick is refused with; null: it is accepted. */
const evicted = ({ pool }: Scene, { brick }: SetMate) =>
  pool.operations.evictBrick(brick.id, true).then(
    () => null,
    (error: Error) => error.message,
  );

const recordOf = async (scene: Scene, type: string) => (await recordsOf(scene)).find((record) => record.type === type);

const PAIR = [{ durability: REPLICA_2 }];
/** Two hosts have its bricks. */
const OF_TWO: Setting = { spared: ['h1'] };

describe('while a brick is filled that was given back', () => {
  it('the other one of its set stays though it is down, also when the reinstatement was cancelled', () => {
    const { setDown, health } = knownDown();
    return withNode(
      PAIR,
      async (scene) => {
        const { own, first } = await setOf(scene);
        await giveBack(scene);
        setDown(scene, first.host, true);
        const refused = new RegExp(`it is down, and its set is not healed after brick ${own.id} was given back`);
        expect(await evicted(scene, first)).toMatch(refused);
        await scene.pool.operations.cancel((await recordOf(scene, 'reinstate-node'))?.id ?? '');
        await goOn(scene);
        expect(await recordOf(scene, 'reinstate-node')).toBeUndefined();
        expect(await evicted(scene, first)).toMatch(refused);
        setDown(scene, first.host, false);
        scene.hosts.heals.pass(20);
        await goOn(scene);
        expect(await recordsOf(scene)).toEqual([]);
        await expectWhole(scene);
        setDown(scene, first.host, true);
        expect(await evicted(scene, first)).toBeNull();
        await scene.pool.runner.settled();
        setDown(scene, first.host, false);
      },
      undefined,
      { ...OF_TWO, health },
    );
  });

  it('its record tells what it waits for, ends when it is filled, and can not be cancelled', () =>
    withNode([{}], async (scene) => {
      const { own } = await setOf(scene);
      await giveBack(scene);
      const record = await recordOf(scene, 'reinstate-brick');
      expect(record).toMatchObject({ status: 'failed', actions: [{ change: 'reinstate-brick', id: own.id }] });
      expect(record?.retry?.error).toMatch(
        /was given back to volume v1, and is not known to be filled yet: .* entries/,
      );
      await expect(scene.pool.operations.cancel(record?.id ?? '')).rejects.toThrow(
        /only waits until the brick is filled/,
      );
      scene.hosts.heals.pass(20);
      await goOn(scene);
      expect(await recordsOf(scene)).toEqual([]);
      await expectWhole(scene);
    }));

  it('one of the others that is down is moved once those that had all data vouch for it', () => {
    const { setDown, health } = knownDown();
    return withNode(
      [{}],
      async (scene) => {
        const { first } = await setOf(scene);
        await giveBack(scene);
        setDown(scene, first.host, true);
        expect(await evicted(scene, first)).toMatch(/it is down, and may be source brick for what brick .* lacks/);
        scene.hosts.heals.pass(20);
        await goOn(scene);
        expect(await recordOf(scene, 'reinstate-brick')).toBeDefined();
        expect(await evicted(scene, first)).toBeNull();
        await scene.pool.runner.settled();
        setDown(scene, first.host, false);
        scene.hosts.heals.pass(20);
        await goOn(scene);
        await goOn(scene);
        expect(await recordsOf(scene)).toEqual([]);
        await expectWhole(scene);
      },
      undefined,
      { health, hosts: 4, spared: ['h1'] },
    );
  });

  it('its record ends when the brick is evicted, or its volume deleted', () =>
    withNode(
      [{}, {}],
      async (scene) => {
        const { pool, hosts } = scene;
        const bricks = await pool.store.read((tx) => tx.bricks.listByNode(scene.nodeId));
        await giveBack(scene);
        const [moved, deleted] = bricks;
        await pool.operations.cancel((await recordOf(scene, 'reinstate-node'))?.id ?? '');
        await done(pool, await pool.operations.deleteVolume(deleted?.volumeId ?? ''));
        hosts.setHostUp(HOST, false);
        expect(await evicted(scene, { brick: moved as Brick, host: HOST })).toBeNull();
        await pool.runner.settled();
        hosts.setHostUp(HOST, true);
        hosts.heals.pass(20);
        await goOn(scene);
        expect(await recordsOf(scene)).toEqual([]);
        await expectWhole(scene);
      },
      undefined,
      { hosts: 4, spared: ['h1'] },
    ));
});

/** The only source goes down at a moment; whether the empty brick is given back all the same. */
function withFailingSource(isMoment: (line: string, host: string, path: string) => boolean): Promise<void> {
  let source = '';
  let path = '';
  let isDown = false;
  const resets: string[] = [];
  return withNode(
    PAIR,
    async (scene) => {
      const { own, first, volume } = await setOf(scene);
      [source, path] = [first.host, own.path];
      scene.hosts.reinstall(HOST);
      expect(await reinstated(scene)).toContain('as only 0 of 1 required peer bricks are online');
      expect(isDown).toBe(true);
      expect(resets.filter((line) => line.includes(path))).toEqual([]);
      expect(
        scene.hosts.heals
          .sets(volume.name)[0]
          ?.map(({ contents }) => contents?.files.size ?? 0)
          .sort(),
      ).toEqual([0, 3]);
      scene.hosts.setHostUp(source, true);
      expect(await reinstated(scene)).toBeNull();
      await expectWhole(scene);
    },
    (hosts) =>
      new WatchedExecutor(hosts, (line, host) => {
        if (path === '') return;
        if (isDown && line.includes(' reset-brick ')) resets.push(line);
        if (isDown || !isMoment(line, host, path)) return;
        isDown = true;
        hosts.setHostUp(source, false);
      }),
    OF_TWO,
  );
}

describe('an empty brick is not given back when the only other one of its set goes down', () => {
  it('while its directory is made', () =>
    withFailingSource((line, host, path) => host === HOST && line === `mkdir -p ${path}`));

  it('while glusterd is started again, since it did not know the brick', () => {
    let isSent = false;
    return withFailingSource((line, host, path) => {
      if (line.includes(' reset-brick ') && line.includes(path)) isSent = true;
      return isSent && host === HOST && line.includes('restart');
    });
  });
});

describe('where a set is filled after an eviction', () => {
  it('an empty brick is not given back when nothing else had all data before', () =>
    withNode(
      PAIR,
      async (scene) => {
        const { hosts, pool } = scene;
        const { first, own } = await setOf(scene);
        hosts.heals.setPace(PACE);
        await done(pool, await pool.operations.evictBrick(first.brick.id, true));
        hosts.reinstall(HOST);
        const error = await reinstated(scene);
        expect(error).toContain(`its set is not healed after brick ${first.brick.id} was replaced`);
        hosts.heals.pass(30);
        await goOn(scene);
        // Somebody has to look at what the replaced brick has: nothing else has it.
        expect(await pool.store.read((tx) => tx.bricks.find(first.brick.id))).not.toBeNull();
        expect(await pool.store.read((tx) => tx.bricks.find(own.id))).not.toBeNull();
      },
      undefined,
      OF_TWO,
    ));

  it('an empty brick is given back when one that had all data fills both', () =>
    withNode(
      [{}],
      async (scene) => {
        const { hosts, pool } = scene;
        const { first } = await setOf(scene);
        hosts.heals.setPace(PACE);
        await done(pool, await pool.operations.evictBrick(first.brick.id, true));
        hosts.setHostUp(HOST, false);
        hosts.heals.pass(30);
        hosts.reinstall(HOST);
        await scene.pool.operations.reinstateNode(scene.nodeId, {});
        await pool.runner.settled();
        hosts.heals.pass(30);
        await goOn(scene);
        await goOn(scene);
        expect(await recordsOf(scene)).toEqual([]);
        await expectWhole(scene);
      },
      undefined,
      { hosts: 4, spared: ['h1'] },
    ));
});

it('bricks of other sets of its volume can be evicted while a brick that was given back is filled, those of its own not', () =>
  withNode(
    [{ sizeGib: 330, durability: REPLICA_2 }],
    async (scene) => {
      const { pool, hosts } = scene;
      const bricks = await pool.store.read((tx) => tx.bricks.list());
      const sets = hosts.heals
        .sets('v1')
        .map((set) => set.map(({ name }) => bricks.find(({ path }) => name.endsWith(path)) as Brick));
      await giveBack(scene);
      expect(await recordOf(scene, 'reinstate-brick')).toMatchObject({ status: 'failed' });
      const isOwn = (set: readonly Brick[]) => set.some(({ nodeId }) => nodeId === scene.nodeId);
      expect(sets.map(isOwn).sort()).toEqual([false, false, true, true]);
      for (const set of sets) {
        const refused = await evicted(scene, { brick: set[0] as Brick, host: '' });
        await pool.runner.settled();
        if (isOwn(set)) expect(refused).toMatch(/^Cannot replace brick /);
        else expect(refused).toBeNull();
      }
      hosts.heals.pass(40);
      for (let i = 0; i < 3; i++) await goOn(scene);
      expect(await recordsOf(scene)).toEqual([]);
    },
    undefined,
    { hosts: 5, spared: ['h5'] },
  ));
