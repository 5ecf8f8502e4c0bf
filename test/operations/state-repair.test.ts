import { describe, expect, it } from 'vitest';
import type { Brick } from '../../src/domain/brick.js';
import { type DriftScene, gluster, lvOf, mountOf, poolOf, told, withDrift } from '../support/drift-scene.js';

const first = (bricks: readonly Brick[]): Brick => {
  const [brick] = bricks;
  if (!brick) throw new Error('no brick');
  return brick;
};

/** The plan says so, the repair does so, and nothing is left then. */
async function expectMended(scene: DriftScene, steps: readonly string[]): Promise<void> {
  const plan = await scene.plan();
  expect(told(plan)).toEqual({ steps, left: [] });
  expect(plan.isPossible).toBe(true);
  expect(plan.repairable).toBe(plan.differences.length);
  expect(await scene.repair()).toBeNull();
  expect(await scene.apart()).toEqual([]);
  expect((await scene.plan()).differences).toEqual([]);
}

describe('what is repaired by itself', () => {
  it('is nothing where nothing is wrong', () =>
    withDrift(async (scene) => {
      await scene.make({ name: 'data' });
      expect(await scene.plan()).toEqual({
        isPossible: true,
        obstacle: null,
        repairable: 0,
        steps: [],
        differences: [],
        notCompared: [],
        pendingOperations: [],
      });
      expect(await scene.repair()).toBeNull();
    }));

  it('mounts and fstab lines of bricks, and the processes of these bricks', () =>
    withDrift(async (scene) => {
      await scene.make({ name: 'data' });
      await scene.make({ name: 'more' });
      const brick = first(await scene.bricksOf('data'));
      const host = await scene.hostOf(brick);
      await scene.run(host, 'sed', '-i.save', '/brick_/d', '/etc/fstab');
      scene.restart(host);
      expect(told(await scene.plan()).steps).toEqual([expect.stringContaining(`restore-mounts ${host} `)]);
      expect((await scene.plan()).differences.map(({ kind }) => kind).sort()).toEqual([
        'missing-fstab-line',
        'missing-fstab-line',
        'missing-mount',
        'missing-mount',
      ]);
      await expectMended(scene, [expect.stringContaining(`restore-mounts ${host} `)]);
      expect(scene.hosts.state().pools[0]?.volumes.map(({ status }) => status)).toEqual([1, 1]);
    }));

  it('a volume that the database does not know, with its bricks', () =>
    withDrift(async (scene) => {
      const id = await scene.make({ name: 'data', gid: 2000, options: ['performance.cache-size 256MB'] });
      await scene.make({ name: 'known' });
      const record = await scene.pool.store.read((tx) => tx.volumes.find(id));
      const bricks = await scene.forget('data');
      const plan = await scene.plan();
      expect(plan.steps[0]).toMatchObject({
        step: `adopt-volume data (cluster ${scene.clusterId})`,
        host: '',
        text: 'takes volume data of 10 GiB into the database, with 3 bricks',
      });
      expect(
        plan.differences.filter(({ step }) => step === `adopt-volume data (cluster ${scene.clusterId})`),
      ).toHaveLength(1 + 4 * 3);
      await expectMended(scene, [`adopt-volume data (cluster ${scene.clusterId})`]);
      const adopted = await scene.pool.store.read((tx) => tx.volumes.find(id));
      expect({ ...adopted, options: (adopted?.options ?? []).filter(Boolean) }).toEqual({
        ...record,
        options: ['performance.cache-size 256MB'],
      });
      const byId = (list: readonly Brick[]) => [...list].sort((a, b) => (a.id < b.id ? -1 : 1));
      expect(byId(await scene.bricksOf('data'))).toEqual(byId(bricks));
    }));

  it('fstab lines of logical volumes that are gone', () =>
    withDrift(async (scene) => {
      await scene.make({ name: 'data' });
      const { deviceId } = first(await scene.bricksOf('data'));
      const gone = { id: 'a'.repeat(32), deviceId } as Brick;
      const host = await scene.hostOf(first(await scene.bricksOf('data')));
      const mountPoint = `/var/lib/heketi/mounts/vg_${deviceId}/brick_${gone.id}`;
      const device = `/dev/mapper/vg_${deviceId}-brick_${gone.id}`;
      await scene.run(
        host,
        ...['bash', '-c', '', 'fstab-append', '/etc/fstab', mountPoint, `${device} ${mountPoint} xfs rw 1 2`],
      );
      await expectMended(scene, [`delete-fstab-line ${host} ${mountPoint}`]);
    }));
});

describe('what is repaired only where it is named', () => {
  it('volumes that somebody has stopped', () =>
    withDrift(async (scene) => {
      await scene.make({ name: 'data' });
      await scene.run('h1', ...gluster('volume', 'stop', 'data', 'force'));
      const plan = await scene.plan();
      expect(told(plan)).toEqual({
        steps: [],
        left: ['stopped-volume data: somebody may have stopped it on purpose; --start=data starts it'],
      });
      expect(plan.isPossible).toBe(false);
      expect(await scene.repair()).toBeNull();
      expect(scene.hosts.state().pools[0]?.volumes[0]?.status).toBe(2);
      expect(told(await scene.plan({ start: ['data'] }))).toEqual({ steps: ['start-volume data'], left: [] });
      expect(await scene.repair({ start: ['data'] })).toBeNull();
      expect(await scene.apart()).toEqual([]);
    }));

  it('logical volumes that nobody has, each by its name, and their pools after them', () =>
    withDrift(async (scene) => {
      await scene.make({ name: 'data' });
      await scene.make({ name: 'lost' });
      await scene.run('h1', ...gluster('volume', 'stop', 'lost', 'force'));
      await scene.run('h1', ...gluster('volume', 'delete', 'lost'));
      const bricks = await scene.forget('lost');
      for (const brick of bricks) await scene.run(await scene.hostOf(brick), 'umount', mountOf(brick));
      const names = bricks.flatMap((brick) => [poolOf(brick), lvOf(brick)]);
      const left = told(await scene.plan()).left;
      for (const brick of bricks) {
        expect(left).toContain(`superfluous-logical-volume ${lvOf(brick)}: nothing is removed that is not named`);
        expect(left).toContain(`superfluous-logical-volume ${poolOf(brick)}: nothing is removed that is not named`);
      }
      const state = scene.hosts.state();
      expect(await scene.repair()).toBeNull();
      expect(scene.hosts.state().hosts.map(({ groups }) => groups)).toEqual(state.hosts.map(({ groups }) => groups));

      const plan = await scene.plan({ destroy: names });
      expect(told(plan).left).toEqual([]);
      expect(told(plan).steps.slice(0, 6)).toEqual([
        ...told(plan).steps.filter((step) => step.startsWith('remove-unclaimed') && step.includes('/brick_')),
        ...told(plan).steps.filter((step) => step.startsWith('remove-unclaimed') && step.includes('/tp_')),
      ]);
      expect(await scene.repair({ destroy: names })).toBeNull();
      expect(await scene.apart()).toEqual([]);
      expect((await scene.plan()).differences).toEqual([]);
      expect(scene.hosts.state().pools[0]?.volumes.map(({ name }) => name)).toEqual(['data']);
    }));

  it('says which names are among no differences', () =>
    withDrift(async (scene) => {
      await scene.make({ name: 'data' });
      const lv = lvOf(first(await scene.bricksOf('data')));
      const wish = { start: ['data', 'stranger'], destroy: [lv] };
      const plan = await scene.plan(wish);
      expect(plan).toMatchObject({ isPossible: false, steps: [], differences: [] });
      expect(plan.obstacle?.split('\n')).toEqual([
        'data is not among the differences',
        'stranger is not among the differences',
        `${lv} is not among the differences`,
      ]);
      const state = scene.hosts.state();
      expect(await scene.repair(wish)).toContain(`- ${lv}: is not among the differences`);
      expect(scene.hosts.state()).toEqual(state);
    }));
});
