import { describe, expect, it } from 'vitest';
import type { Brick } from '../../src/domain/brick.js';
import type { Id } from '../../src/domain/ids.js';
import { done } from '../support/pool.js';
import {
  bricksOf,
  expectWhole,
  HOST,
  REPLICA_2,
  REPLICA_3,
  reinstated,
  type Scene,
  withNode,
} from '../support/reinstated-node.js';

const PAIR = [{ durability: REPLICA_2 }];

const RUN = { timeoutMs: 1000 };

/** What the comparison of a node says of processes that do not run. */
async function repair({ pool }: Scene, nodeId: Id) {
  const location = await done(pool, await pool.operations.repairNode(nodeId, false));
  const report = pool.operations.repairReport(location.slice('/repairs/'.length));
  return report?.findings.filter(({ kind }) => kind === 'brick process down');
}

/** By gluster's names, the bricks of the first volume whose processes run. */
function online({ hosts }: Scene): string[] {
  return hosts.heals
    .sets('v1')
    .flat()
    .filter(({ isOnline }) => isOnline)
    .map(({ name }) => name);
}

/** The other brick of the pair: its host and its node. */
async function otherOf({ pool, nodeId }: Scene, volumeId: Id) {
  return pool.store.read(async (tx) => {
    const brick = (await tx.bricks.listByVolume(volumeId)).find((one) => one.nodeId !== nodeId);
    const node = brick && (await tx.nodes.find(brick.nodeId));
    if (!brick || !node) throw new Error('no other brick');
    return { brick, nodeId: node.id, host: node.manageNames[0] ?? '' };
  });
}

/** The machine is installed anew, and its brick made; it is not given back, since nothing could fill it just then. */
async function madeOnly(scene: Scene): Promise<Brick> {
  const [own] = await bricksOf(scene);
  if (!own) throw new Error(`no brick on ${HOST}`);
  const other = await otherOf(scene, own.volumeId);
  scene.hosts.reinstall(HOST);
  scene.hosts.killBrick(other.host, other.brick.path);
  expect(await reinstated(scene)).toContain('as only 0 of 1 required peer bricks are online');
  return own;
}

describe('a brick that was made anew, and not given back yet', () => {
  it('is not started by a repair of its node, which says what to do', () =>
    withNode(
      PAIR,
      async (scene) => {
        const own = await madeOnly(scene);
        expect(await repair(scene, scene.nodeId)).toMatchObject([
          {
            brickId: own.id,
            outcome: 'left alone',
            detail: expect.stringMatching(
              new RegExp(
                `^brick ${own.id} on ${HOST} is empty, .*; give it back: heketi-cli node reinstate ${scene.nodeId}$`,
              ),
            ),
          },
        ]);
        expect(online(scene)).toEqual([expect.not.stringContaining(own.path)]);
      },
      undefined,
      { spared: ['h1'] },
    ));

  it('is not started by a repair of another node, whose own brick is down, and is given back then', () =>
    withNode(
      PAIR,
      async (scene) => {
        const own = await madeOnly(scene);
        const other = await otherOf(scene, own.volumeId);
        expect(await repair(scene, other.nodeId)).toMatchObject([{ brickId: other.brick.id, outcome: 'repaired' }]);
        expect(online(scene)).toEqual([expect.stringContaining(other.brick.path)]);
        expect(await reinstated(scene)).toBeNull();
        await expectWhole(scene);
      },
      undefined,
      { spared: ['h1'] },
    ));

  it('keeps all bricks of its volume from being started when somebody has put something into it', () =>
    withNode(
      PAIR,
      async (scene) => {
        const own = await madeOnly(scene);
        const other = await otherOf(scene, own.volumeId);
        await scene.hosts.run(HOST, [{ argv: ['mkdir', `${own.path}/copied`], ...RUN }]);
        expect(await repair(scene, other.nodeId)).toMatchObject([
          {
            outcome: 'left alone',
            detail: expect.stringMatching(`^brick ${own.id} .* nothing of gluster's .* none of`),
          },
        ]);
        expect(online(scene)).toEqual([]);
        await scene.hosts.run(HOST, [{ argv: ['rmdir', `${own.path}/copied`], ...RUN }]);
        expect(await repair(scene, other.nodeId)).toMatchObject([{ outcome: 'repaired' }]);
      },
      undefined,
      { spared: ['h1'] },
    ));

  it('is not started along with one of its volume whose disk was kept', () =>
    withNode([{ sizeGib: 120, durability: REPLICA_3 }], async (scene) => {
      const { hosts } = scene;
      const bricks = await bricksOf(scene);
      expect(new Set(bricks.map(({ deviceId }) => deviceId)).size).toBe(2);
      for (const file of [1, 2, 3]) hosts.heals.write('v1', 1, file + 10);
      hosts.reinstall(HOST, { kept: ['/dev/sdb'] });
      expect(await reinstated(scene)).toBeNull();
      for (const set of hosts.heals.sets('v1'))
        expect(set.map(({ contents }) => contents?.files.size)).toEqual([3, 3, 3]);
    }));
});
