import { describe, expect, it } from 'vitest';
import type { Brick } from '../../src/domain/brick.js';
import { type DriftScene, gluster, lvOf, mountOf, told, withDrift, withVolume } from '../support/drift-scene.js';
import { loadTopology } from '../support/pool.js';

const one = (bricks: readonly Brick[]): Brick => {
  const [brick] = bricks;
  if (!brick) throw new Error('no brick');
  return brick;
};

/** Logical volumes of which no volume is left; all of them are unmounted. */
async function unclaimed(scene: DriftScene, clusterId = scene.clusterId, host = 'h1'): Promise<Brick> {
  await scene.make({ name: 'lost', clusters: [clusterId] });
  await scene.run(host, ...gluster('volume', 'stop', 'lost', 'force'));
  await scene.run(host, ...gluster('volume', 'delete', 'lost'));
  const bricks = await scene.forget('lost');
  for (const brick of bricks) await scene.run(await scene.hostOf(brick), 'umount', mountOf(brick));
  return one(bricks);
}

async function brickOn(scene: DriftScene, volume: string, host: string): Promise<Brick> {
  for (const brick of await scene.bricksOf(volume)) if ((await scene.hostOf(brick)) === host) return brick;
  throw new Error(`no brick on ${host}`);
}

function isThere({ hosts }: DriftScene, brick: Brick): boolean {
  const groups = hosts.state().hosts.flatMap((host) => host.groups);
  return groups.some(({ volumes }) => volumes.some(({ name }) => name === `brick_${brick.id}`));
}

const appendLine = (scene: DriftScene, host: string, mountPoint: string, device: string) =>
  scene.run(
    host,
    ...['bash', '-c', '', 'fstab-append', '/etc/fstab', mountPoint, `${device} ${mountPoint} xfs rw 1 2`],
  );

describe('a logical volume that was named', () => {
  it('stays while the fstab has another device for its mount point: that line would go with it', () =>
    withDrift(async (scene) => {
      const brick = await unclaimed(scene);
      const host = await scene.hostOf(brick);
      await scene.run(host, 'sed', '-i.save', '/brick_/d', '/etc/fstab');
      await appendLine(scene, host, mountOf(brick), '/dev/mapper/vg_new-brick');
      const wish = { destroy: [lvOf(brick)] };
      const left = told(await scene.plan(wish)).left;
      await scene.repair(wish);
      const fstab = scene.hosts.state().hosts.find(({ manage }) => manage === host)?.fstab;
      expect(fstab?.some((line) => line.includes('/dev/mapper/vg_new-brick'))).toBe(true);
      expect(isThere(scene, brick)).toBe(true);
      expect(left).toContainEqual(
        expect.stringContaining(`the fstab of ${host} has /dev/mapper/vg_new-brick for its mount point`),
      );
    }));

  it('stays while the fstab has it for another place, by whichever name of its device', () =>
    withDrift(async (scene) => {
      const brick = await unclaimed(scene);
      const host = await scene.hostOf(brick);
      await appendLine(scene, host, '/mnt/rescue', `/dev/disk/by-id/dm-name-vg_${brick.deviceId}-brick_${brick.id}`);
      expect(await scene.repair({ destroy: [lvOf(brick)] })).toContain(`the fstab of ${host} has it for /mnt/rescue`);
      expect(isThere(scene, brick)).toBe(true);
    }));

  it('stays while another host knows a brick on its host that has no file system there: its own host was installed anew', () =>
    withDrift(async (scene) => {
      const brick = await unclaimed(scene);
      const host = await scene.hostOf(brick);
      await scene.run(host, 'mkdir', '-p', '/bricks/stray');
      await scene.run(
        'h1',
        ...gluster('volume', 'create', 'by-hand', `10.0.0.${host.slice(1)}:/bricks/stray`, 'force'),
      );
      scene.lie((line, asked, result) =>
        asked === host && line.includes('volume info') ? { ...result, stdout: NO_VOLUMES } : undefined,
      );
      const wish = { destroy: [lvOf(brick)] };
      expect(told(await scene.plan(wish)).steps.filter((step) => step.startsWith('remove-unclaimed'))).toEqual([]);
      await scene.repair(wish);
      expect(isThere(scene, brick)).toBe(true);
    }));

  it('stays while the logical volume of a known brick of its host is gone: it may be that one, renamed', () =>
    withDrift(async (scene) => {
      const brick = await unclaimed(scene);
      const host = await scene.hostOf(brick);
      await scene.make({ name: 'data' });
      const lost = await brickOn(scene, 'data', host);
      scene.hosts.killBrick(host, lost.path);
      await scene.run(host, 'umount', mountOf(lost));
      await scene.run(host, 'lvm', 'lvremove', '-f', lvOf(lost));
      const wish = { destroy: [lvOf(brick)] };
      expect(await scene.repair(wish)).toContain("of gluster's volume data lies on no file system of its own now");
      expect(isThere(scene, brick)).toBe(true);
    }));

  it('stays when it has the name of a thin pool and is none', () =>
    withDrift(async (scene) => {
      await scene.make({ name: 'data' });
      const brick = one(await scene.bricksOf('data'));
      const [vg, lv] = [`vg_${brick.deviceId}`, `tp_${'a'.repeat(32)}`];
      await scene.run(await scene.hostOf(brick), 'lvm', 'lvcreate', '--size', '12M', '--name', lv, vg);
      expect(await scene.repair({ destroy: [`${vg}/${lv}`] })).toContain('lvm does not show it as a thin pool (-wi');
      const volumes = scene.hosts.state().hosts.flatMap(({ groups }) => groups.flatMap((group) => group.volumes));
      expect(volumes.some(({ name }) => name === lv)).toBe(true);
    }));

  it('stays while a host of another cluster shows one of that name: it may be the same disk', () =>
    withDrift(
      async (scene) => {
        const other = await loadTopology(scene.pool, 3, 2, 3, 4);
        for (const [clusterId, host, stranger] of [
          [scene.clusterId, 'h1', 'h4'],
          [other, 'h4', 'h1'],
        ] as const) {
          const brick = await unclaimed(scene, clusterId, host);
          scene.lie((line, asked, result) =>
            asked === stranger && line.includes('vg_name,lv_name,pool_lv')
              ? withVolume(result, lvOf(brick))
              : undefined,
          );
          const wish = { destroy: [lvOf(brick)] };
          expect(told(await scene.plan(wish)).steps.filter((step) => step.startsWith('remove-unclaimed'))).toEqual([]);
          await scene.repair(wish);
          expect(isThere(scene, brick)).toBe(true);
        }
      },
      3,
      3,
    ));
});

describe('a logical volume that the fstab may have by its file system', () => {
  const UUID = '0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0';
  const withNames = (scene: DriftScene, host: string, brick: Brick, names: string | null) =>
    scene.lie((line, asked, result) => {
      const device = `/dev/mapper/vg_${brick.deviceId}-brick_${brick.id}`;
      if (asked !== host || line !== `blkid -p ${device}`) return undefined;
      if (names === null) return { ...result, exitCode: 2, stdout: '' };
      return { ...result, exitCode: 0, stdout: `${device}: ${names} TYPE="xfs" USAGE="filesystem"\n` };
    });

  for (const name of [`UUID=${UUID}`, `UUID="${UUID.toUpperCase()}"`, 'LABEL=rescued', `/dev/disk/by-uuid/${UUID}`])
    it(`stays while ${name} is to be mounted elsewhere`, () =>
      withDrift(async (scene) => {
        const brick = await unclaimed(scene);
        const host = await scene.hostOf(brick);
        await appendLine(scene, host, '/mnt/rescue', name);
        withNames(scene, host, brick, `UUID="${UUID}" LABEL="rescued"`);
        expect(await scene.repair({ destroy: [lvOf(brick)] })).toContain(`the fstab of ${host} has it for /mnt/rescue`);
        expect(isThere(scene, brick)).toBe(true);
      }));

  it('stays where blkid does not tell what it is called, and goes where that is another name', () =>
    withDrift(async (scene) => {
      const brick = await unclaimed(scene);
      const host = await scene.hostOf(brick);
      await appendLine(scene, host, '/mnt/rescue', `UUID=${UUID}`);
      withNames(scene, host, brick, null);
      expect(await scene.repair({ destroy: [lvOf(brick)] })).toContain(
        `the fstab of ${host} has UUID=${UUID} for /mnt/rescue, which is not mounted, and whether that is this one is not known`,
      );
      expect(isThere(scene, brick)).toBe(true);
      withNames(scene, host, brick, 'UUID="11111111-2222-3333-4444-555555555555"');
      await scene.repair({ destroy: [lvOf(brick)] });
      expect(isThere(scene, brick)).toBe(false);
    }));

  it('goes with the line that mounts it at its own place by that name', () =>
    withDrift(async (scene) => {
      const brick = await unclaimed(scene);
      const host = await scene.hostOf(brick);
      await scene.run(host, 'sed', '-i.save', '/brick_/d', '/etc/fstab');
      await appendLine(scene, host, mountOf(brick), `UUID=${UUID}`);
      withNames(scene, host, brick, `UUID="${UUID}"`);
      await scene.repair({ destroy: [lvOf(brick)] });
      expect(isThere(scene, brick)).toBe(false);
      const fstab = scene.hosts.state().hosts.find(({ manage }) => manage === host)?.fstab;
      expect(fstab?.filter((line) => line.includes(UUID))).toEqual([]);
    }));

  it('stays while a line names a device of no name of its own', () =>
    withDrift(async (scene) => {
      const brick = await unclaimed(scene);
      const host = await scene.hostOf(brick);
      await appendLine(scene, host, '/mnt/rescue', '/dev/dm-7');
      expect(await scene.repair({ destroy: [lvOf(brick)] })).toContain(`has /dev/dm-7 for /mnt/rescue`);
      expect(isThere(scene, brick)).toBe(true);
    }));
});

describe('names that two clusters have', () => {
  it('of volumes that the database does not know: both are taken in', () =>
    withDrift(
      async (scene) => {
        const other = await loadTopology(scene.pool, 3, 2, 3, 4);
        for (const clusterId of [scene.clusterId, other]) {
          await scene.make({ name: 'lost', clusters: [clusterId] });
          await scene.forget('lost');
        }
        expect(await scene.repair()).toBeNull();
        const volumes = await scene.pool.store.read((tx) => tx.volumes.list());
        expect(volumes.map(({ name, clusterId }) => [name, clusterId]).sort()).toEqual(
          [scene.clusterId, other].map((clusterId) => ['lost', clusterId]).sort(),
        );
      },
      3,
      3,
    ));

  it('start neither of two stopped volumes: only its id does', () =>
    withDrift(
      async (scene) => {
        const other = await loadTopology(scene.pool, 3, 2, 3, 4);
        const mine = await scene.make({ name: 'data', clusters: [scene.clusterId] });
        const theirs = await scene.make({ name: 'data', clusters: [other] });
        await scene.run('h1', ...gluster('volume', 'stop', 'data', 'force'));
        await scene.run('h4', ...gluster('volume', 'stop', 'data', 'force'));
        const stati = () => scene.hosts.state().pools.flatMap(({ volumes }) => volumes.map(({ status }) => status));
        const wish = { start: ['data'] };
        expect(told(await scene.plan(wish)).steps).toEqual([]);
        expect(await scene.repair(wish)).toContain(`volumes of several clusters have its name; --start=${mine} starts`);
        expect(stati()).toEqual([2, 2]);
        expect(await scene.repair({ start: [mine] })).toBeNull();
        expect(stati()).toEqual([1, 2]);
        // That one of them runs does not make the name the other's.
        expect(await scene.repair(wish)).toContain(`--start=${theirs} starts this one`);
        expect(stati()).toEqual([1, 2]);
      },
      3,
      3,
    ));
});

const NO_VOLUMES = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<cliOutput><opRet>0</opRet><opErrno>0</opErrno><opErrstr/><volInfo><volumes><count>0</count></volumes></volInfo></cliOutput>
`;
