import { describe, expect, it } from 'vitest';
import {
  bricksOf,
  devicesOf,
  expectWhole,
  HOST,
  nodeOf,
  recordsOf,
  reinstated,
  type Scene,
  withNode,
} from '../support/reinstated-node.js';

const PACE = { filesPerSecond: 1, secondsUntilDispersedKnow: 5 };

/** The request is sent, and what can be done at once is done. */
async function begun({ pool, nodeId }: Scene) {
  const ticket = await pool.operations.reinstateNode(nodeId, {});
  await pool.runner.settled();
  return ticket;
}

const queueEntry = ({ pool }: Scene, queueId: string) => pool.store.read((tx) => tx.queue.find(queueId));
const goOn = async ({ pool }: Scene) => {
  await pool.recovery.run();
  await pool.runner.settled();
};
const progressOf = async (scene: Scene) =>
  (await recordsOf(scene)).find(({ type }) => type === 'reinstate-node')?.progress;

describe('a reinstatement', () => {
  it('waits until its bricks are filled, shows what is left, and ends then', () =>
    withNode([{}], async (scene) => {
      const { hosts } = scene;
      hosts.heals.setPace(PACE);
      hosts.reinstall(HOST);
      const { queueId } = await begun(scene);
      expect((await queueEntry(scene, queueId))?.state).toBe('pending');
      expect(await progressOf(scene)).toMatchObject({
        done: 1,
        total: 1,
        healing: [{ id: (await bricksOf(scene))[0]?.id, entriesLeft: expect.any(Number) }],
      });
      expect(await nodeOf(scene)).toMatchObject({ state: 'offline' });
      hosts.heals.pass(1);
      await goOn(scene);
      expect((await queueEntry(scene, queueId))?.state).toBe('pending');
      hosts.heals.pass(10);
      await goOn(scene);
      expect((await queueEntry(scene, queueId))?.state).toBe('done');
      expect(await nodeOf(scene)).toMatchObject({ state: 'online' });
      await expectWhole(scene);
    }));

  it('can be cancelled while it waits: what was done stays, and the next one goes on', () =>
    withNode([{}], async (scene) => {
      const { hosts, pool } = scene;
      hosts.heals.setPace(PACE);
      hosts.reinstall(HOST);
      const { queueId } = await begun(scene);
      const record = (await recordsOf(scene)).find(({ type }) => type === 'reinstate-node');
      await pool.operations.cancel(record?.id ?? '');
      await pool.runner.settled();
      expect((await queueEntry(scene, queueId))?.error).toContain('was cancelled');
      expect(await recordsOf(scene)).toMatchObject([{ type: 'reinstate-brick' }]);
      expect(await nodeOf(scene)).toMatchObject({ state: 'offline' });
      hosts.heals.pass(10);
      expect(await reinstated(scene)).toBeNull();
      await expectWhole(scene);
      expect(await nodeOf(scene)).toMatchObject({ state: 'online' });
    }));

  it('waits for a host that does not answer yet', () =>
    withNode([{}], async (scene) => {
      const { hosts } = scene;
      hosts.reinstall(HOST);
      hosts.setHostUp(HOST, false);
      const { queueId } = await begun(scene);
      expect((await queueEntry(scene, queueId))?.state).toBe('pending');
      expect((await recordsOf(scene))[0]?.retry).toMatchObject({ waitsForHost: true });
      hosts.setHostUp(HOST, true);
      await goOn(scene);
      expect((await queueEntry(scene, queueId))?.state).toBe('done');
      await expectWhole(scene);
    }));

  it('waits for the end of an operation that is about one of its bricks', () =>
    withNode([{}, {}], async (scene) => {
      const { hosts, pool } = scene;
      const [brick] = await bricksOf(scene);
      const mark = (pendingId: string | null) =>
        pool.store.write((tx) => (brick ? tx.bricks.update({ ...brick, pendingId }) : Promise.resolve()));
      hosts.reinstall(HOST);
      await mark('0123456789abcdef0123456789abcdef');
      const { queueId } = await begun(scene);
      expect((await queueEntry(scene, queueId))?.state).toBe('pending');
      expect((await progressOf(scene))?.current).toMatch(
        new RegExp(
          `waits for the end of operation 0123456789abcdef0123456789abcdef, .* brick ${brick?.id} of volume v`,
        ),
      );
      await mark(null);
      await goOn(scene);
      expect((await queueEntry(scene, queueId))?.state).toBe('done');
      await expectWhole(scene);
    }));

  it('names an operation about one of its bricks that has not ended for too long', () =>
    withNode(
      [{}],
      async (scene) => {
        const [brick] = await bricksOf(scene);
        scene.hosts.reinstall(HOST);
        const pendingId = '0123456789abcdef0123456789abcdef';
        await scene.pool.store.write(async (tx) => brick && tx.bricks.update({ ...brick, pendingId }));
        expect(await reinstated(scene)).toContain(`brick ${brick?.id} of volume v1: operation ${pendingId} is making`);
        expect(await nodeOf(scene)).toMatchObject({ state: 'offline' });
      },
      undefined,
      { settings: { healLimitMs: -1 } },
    ));

  it('is refused beside another one, and while its device is changed', () =>
    withNode([{}], async (scene) => {
      const { hosts, pool, nodeId } = scene;
      hosts.heals.setPace(PACE);
      hosts.reinstall(HOST);
      await begun(scene);
      await expect(pool.operations.reinstateNode(nodeId, {})).rejects.toThrow(/is being changed by operation/);
      const [device] = await devicesOf(scene);
      const removal = await pool.operations.setDeviceState(device?.id ?? '', 'offline');
      await pool.runner.settled();
      expect((await queueEntry(scene, removal.queueId))?.error).toContain('is being changed by operation');
    }));

  it('is refused for a node that was removed, and for devices of others', () =>
    withNode([], async (scene) => {
      const { pool, nodeId } = scene;
      const other = (await pool.store.read((tx) => tx.devices.list())).find((device) => device.nodeId !== nodeId);
      await expect(pool.operations.reinstateNode(nodeId, { [other?.id ?? '']: '/dev/sdb' })).rejects.toThrow(
        /has no device/,
      );
      for (const state of ['offline', 'failed'] as const) await pool.operations.setNodeState(nodeId, state);
      await pool.runner.settled();
      await expect(pool.operations.reinstateNode(nodeId, {})).rejects.toThrow(/was removed/);
    }));

  it('does not give bricks back to a volume that is stopped, and says so', () =>
    withNode([{}, {}], async (scene) => {
      const { hosts, pool } = scene;
      const stopped = (await pool.store.read((tx) => tx.volumes.list())).find(({ name }) => name === 'v1');
      hosts.reinstall(HOST);
      await hosts.run('h1', [{ argv: ['gluster', '--mode=script', 'volume', 'stop', 'v1'], timeoutMs: 1 }]);
      expect(await reinstated(scene)).toContain('gluster volume start v1 force');
      const [first] = (await bricksOf(scene)).filter(({ volumeId }) => volumeId === stopped?.id);
      await hosts.run(HOST, [{ argv: ['rmdir', first?.path ?? ''], timeoutMs: 1 }]);
      await hosts.run('h1', [{ argv: ['gluster', '--mode=script', 'volume', 'start', 'v1', 'force'], timeoutMs: 1 }]);
      expect(
        hosts.heals
          .sets('v1')
          .flat()
          .filter(({ isOnline }) => !isOnline),
      ).toHaveLength(1);
      expect(await reinstated(scene)).toBeNull();
      await expectWhole(scene);
    }));
});
