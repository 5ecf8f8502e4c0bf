import { expect, it } from 'vitest';
import { answerOf } from '../support/pool.js';
import {
  ARBITER,
  bricksOf,
  DISPERSED,
  HOST,
  reinstated,
  type Scene,
  SINGLE,
  withNode,
} from '../support/reinstated-node.js';

const XFS_KIB = 40_092;
const FILE_KIB = 1024;

/** The plan, which must leave store and hosts as they were. */
async function planOf({ pool, hosts, nodeId }: Scene, disks = {}) {
  const stateOf = async () => [
    hosts.state(),
    await pool.store.read(async (tx) => [
      await tx.nodes.list(),
      await tx.devices.list(),
      await tx.bricks.list(),
      await tx.operations.list(),
    ]),
  ];
  const before = await stateOf();
  const plan = await pool.operations.planReinstatement(nodeId, disks);
  expect(await stateOf()).toEqual(before);
  return plan;
}

it('brings each brick back to its own place, with what another one of its set holds, and it comes about so', () =>
  withNode([{}, ARBITER, { durability: DISPERSED }], async (scene) => {
    scene.hosts.reinstall(HOST);
    const plan = await planOf(scene);
    const bricks = await bricksOf(scene);
    expect(plan).toMatchObject({ isPossible: true, obstacle: null, movable: 3 });
    expect(plan.bricks.map(({ brickId }) => brickId).sort()).toEqual(bricks.map(({ id }) => id).sort());
    for (const { from, to, brickId, healKib } of plan.bricks) {
      expect(to).toMatchObject(from);
      const isArbiter = bricks.find(({ id }) => id === brickId)?.subType === 'arbiter';
      expect(healKib).toBe(isArbiter ? null : XFS_KIB + 3 * FILE_KIB);
    }
    expect(await reinstated(scene)).toBeNull();
    expect(await planOf(scene)).toMatchObject({ isPossible: true, bricks: [] });
  }));

it('does not know how much a brick lacks that its disk still holds', () =>
  withNode([{}, {}], async (scene) => {
    scene.hosts.reinstall(HOST, { kept: ['/dev/sdb', '/dev/sdc'] });
    expect(await planOf(scene)).toMatchObject({ isPossible: true, movable: 2, healKib: 0, unknownHeals: 2 });
  }));

it('says of each brick why it does not come back, as the reinstatement does', () =>
  withNode(
    [{ durability: SINGLE, sizeGib: 70 }, ...Array(5).fill({ durability: SINGLE, sizeGib: 70 }), {}],
    async (scene) => {
      scene.hosts.reinstall(HOST);
      const plan = await planOf(scene);
      const staying = plan.bricks.filter(({ to }) => to === null);
      expect(staying.length).toBeGreaterThan(0);
      expect(plan).toMatchObject({ isPossible: false, movable: plan.bricks.length - staying.length });
      for (const { obstacle } of staying) expect(obstacle).toMatch(/keeps no copies/);
      const error = await reinstated(scene);
      for (const { obstacle } of staying) expect(error).toContain(obstacle);
    },
  ));

it('tells of disks that are not empty with each of their bricks', () =>
  withNode([{}, {}, {}], async (scene) => {
    scene.hosts.reinstall(HOST);
    await scene.hosts.run(HOST, [{ argv: ['mkfs.xfs', '/dev/sdb'], timeoutMs: 1 }]);
    const reasons = (await planOf(scene)).bricks.flatMap(({ obstacle }) => obstacle ?? []);
    expect(reasons.length).toBeGreaterThan(0);
    for (const reason of reasons) expect(reason).toMatch(/is not known to be empty/);
  }));

it('tells of a disk that is not empty also where no brick was on it', () =>
  withNode([], async (scene) => {
    scene.hosts.reinstall(HOST);
    expect(await planOf(scene)).toMatchObject({ isPossible: true, obstacle: null, bricks: [] });
    await scene.hosts.run(HOST, [{ argv: ['mkfs.xfs', '/dev/sdb'], timeoutMs: 1 }]);
    const plan = await planOf(scene);
    expect(plan).toMatchObject({
      isPossible: false,
      obstacle: expect.stringMatching(/^device .* is not known to be empty/),
    });
    expect(await reinstated(scene)).toContain(plan.obstacle);
  }));

it('says why others of the set keep a brick away', () =>
  withNode([{}], async (scene) => {
    const { hosts } = scene;
    hosts.reinstall(HOST);
    hosts.setHostUp('h1', false);
    const { bricks } = await planOf(scene);
    expect(bricks[0]?.obstacle).toMatch(/only 1 of 2 required peer bricks are online$/);
  }));

it('of a node that can not be asked, or is being changed, tells that', () =>
  withNode([{}], async (scene) => {
    const { pool, hosts, nodeId } = scene;
    hosts.reinstall(HOST);
    hosts.setHostUp(HOST, false);
    const plan = await planOf(scene);
    expect(plan).toMatchObject({ isPossible: false, movable: 0, bricks: [{ to: null, healKib: null }] });
    expect(plan.obstacle).toBe(plan.bricks[0]?.obstacle);
    hosts.setHostUp(HOST, true);
    const ticket = await pool.operations.reinstateNode(nodeId, {});
    expect((await pool.operations.planReinstatement(nodeId, {})).obstacle).toMatch(/is being changed by operation/);
    await pool.runner.settled();
    await pool.recovery.run();
    expect((await answerOf(pool, ticket)).error).toBeNull();
    await expect(pool.operations.planReinstatement('f'.repeat(32), {})).rejects.toThrow('Id not found');
  }));
