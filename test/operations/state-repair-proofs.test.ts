import { describe, expect, it } from 'vitest';
import type { Brick } from '../../src/domain/brick.js';
import { NEW_RECORD } from '../../src/domain/pending-operation.js';
import type { CommandResult } from '../../src/executors/executor.js';
import {
  type DriftScene,
  gluster,
  lvOf,
  mountOf,
  poolOf,
  told,
  unclaimed,
  withDrift,
  withVolume,
} from '../support/drift-scene.js';
import { moveBrickByHand } from '../support/moved-brick.js';
import { answerOf, done, loadTopology } from '../support/pool.js';

async function isThere({ hosts }: DriftScene, brick: Brick): Promise<boolean> {
  const groups = hosts.state().hosts.flatMap((host) => host.groups);
  return groups.some(({ volumes }) => volumes.some(({ name }) => name === `brick_${brick.id}`));
}

/** It is neither planned nor done, and the reason is told. */
async function expectKept(scene: DriftScene, brick: Brick, reason: string | RegExp): Promise<void> {
  const plan = await scene.plan({ destroy: [lvOf(brick)] });
  expect(told(plan).steps.filter((step) => step.startsWith('remove-unclaimed'))).toEqual([]);
  const found = plan.differences.find(({ subject }) => subject === lvOf(brick));
  expect(found?.obstacle).toMatch(reason);
  expect(plan.isPossible).toBe(false);
  // What was asked for and is not done is no success.
  expect(await scene.repair({ destroy: [lvOf(brick)] })).toMatch(reason);
  expect(await isThere(scene, brick)).toBe(true);
}

describe('a logical volume that was named', () => {
  it('stays while a volume of gluster has it', () =>
    withDrift(async (scene) => {
      await scene.make({ name: 'data', sizeGib: 20 });
      const [brick] = await scene.forget('data');
      if (!brick) throw new Error('no brick');
      // What would take it in is not there to be asked.
      scene.lie((line, host, result) =>
        host === 'h3' && / lvs .*--units=k/.test(line) ? { ...result, exitCode: 5 } : undefined,
      );
      await expectKept(scene, brick, /gluster's volume data has brick 10\.0\.0\.\d:/);
    }));

  it('stays while it is mounted, also where its own mount point is not the one', () =>
    withDrift(async (scene) => {
      const brick = await unclaimed(scene);
      const host = await scene.hostOf(brick);
      const device = `/dev/mapper/vg_${brick.deviceId}-brick_${brick.id}`;
      await scene.run(host, 'mkdir', '-p', '/mnt/rescue');
      await scene.run(host, 'mount', '-o', 'rw', device, '/mnt/rescue');
      await expectKept(
        scene,
        brick,
        `it is not removed: it is mounted at /mnt/rescue on ${host}; if nothing uses it, umount that first`,
      );
    }));

  it('stays while something has it open, though its host shows no mount', () =>
    withDrift(async (scene) => {
      const brick = await unclaimed(scene);
      const host = await scene.hostOf(brick);
      await scene.run(host, 'mkdir', '-p', '/mnt/rescue');
      await scene.run(host, 'mount', '-o', 'rw', `/dev/mapper/vg_${brick.deviceId}-brick_${brick.id}`, '/mnt/rescue');
      scene.lie((line, _host, result) => (line === 'mount' ? withoutLines(result, 'rescue') : undefined));
      await expectKept(scene, brick, 'it is not removed: something has it open');
      // Not even where lvm does not say so beforehand.
      scene.lie((line, _host, result) => {
        if (line === 'mount') return withoutLines(result, 'rescue');
        return / lvs /.test(line) ? { ...result, stdout: result.stdout.replaceAll('Vwi-ao', 'Vwi-a-') } : undefined;
      });
      expect(await scene.repair({ destroy: [lvOf(brick)] })).toMatch(/contains a filesystem in use/);
      expect(await isThere(scene, brick)).toBe(true);
    }));

  it('stays while a host of its cluster can not tell which volumes gluster has', () =>
    withDrift(async (scene) => {
      const brick = await unclaimed(scene);
      const host = await scene.hostOf(brick);
      const other = ['h1', 'h2', 'h3'].find((name) => name !== host) ?? '';
      scene.hosts.setGlusterdUp(other, false);
      await expectKept(scene, brick, `${other} does not tell all, and may use it: volumes: `);
      scene.hosts.setGlusterdUp(other, true);
      scene.hosts.setHostUp(other, false);
      await expectKept(scene, brick, `${other} could not be asked, and may use it: `);
      scene.hosts.setHostUp(other, true);
      expect(await scene.repair({ destroy: [lvOf(brick), poolOf(brick)] })).toBeNull();
      expect(await isThere(scene, brick)).toBe(false);
    }));

  it('stays when one host has forgotten all volumes, and another has not', () =>
    withDrift(async (scene) => {
      await scene.make({ name: 'data' });
      const [brick] = await scene.forget('data');
      if (!brick) throw new Error('no brick');
      const host = await scene.hostOf(brick);
      scene.lie((line, asked, result) => {
        // Nor is it taken in.
        if (line.includes('lv_metadata_size')) return { ...result, exitCode: 5 };
        if (asked !== host) return undefined;
        if (line === 'mount') return withoutLines(result, 'brick_');
        if (/ lvs /.test(line)) return { ...result, stdout: result.stdout.replaceAll('Vwi-ao', 'Vwi-a-') };
        return line.includes('volume info') ? { ...result, stdout: NO_VOLUMES } : undefined;
      });
      await expectKept(scene, brick, /gluster's volume data has brick/);
    }));

  it('stays while a brick of gluster has lost its file system on the same host: it may be that one', () =>
    withDrift(async (scene) => {
      const brick = await unclaimed(scene);
      const host = await scene.hostOf(brick);
      await scene.run(host, 'mkdir', '-p', '/bricks/stray');
      await scene.run(
        'h1',
        ...gluster('volume', 'create', 'by-hand', `10.0.0.${host.slice(1)}:/bricks/stray`, 'force'),
      );
      await expectKept(
        scene,
        brick,
        "of gluster's volume by-hand lies on no file system of its own now, and may belong on it",
      );
    }));

  it('stays while the database has a brick or an operation of its id, or is changing its device', () =>
    withDrift(async (scene) => {
      const brick = await unclaimed(scene);
      const { pool } = scene;
      const record = (id: string) => ({
        ...NEW_RECORD,
        id: 'f'.repeat(32),
        type: 'delete-volume' as const,
        status: 'failed' as const,
        createdAt: 1,
        actions: [{ change: 'delete-brick' as const, id, delta: null }],
      });
      await pool.store.write((tx) => tx.operations.insert(record(brick.deviceId)));
      await expectKept(scene, brick, 'is changing its device');
      await pool.store.write((tx) => tx.operations.delete('f'.repeat(32)));
      await pool.store.write((tx) => tx.operations.insert(record(brick.id)));
      const plan = await scene.plan({ destroy: [lvOf(brick)] });
      expect(plan.obstacle).toBe(`${lvOf(brick)} is not among the differences`);
      expect(await scene.repair({ destroy: [lvOf(brick)] })).toContain('is not among the differences');
      expect(await isThere(scene, brick)).toBe(true);
    }));

  it('stays when it is none of ours, or on no device of the database', () =>
    withDrift(async (scene) => {
      await scene.make({ name: 'data' });
      const [brick] = await scene.bricksOf('data');
      const host = await scene.hostOf(brick as Brick);
      const vg = `vg_${brick?.deviceId}`;
      await scene.run(host, 'lvm', 'lvcreate', '--size', '12M', '--name', 'lvol7', vg);
      const plan = await scene.plan({ destroy: [`${vg}/lvol7`] });
      expect(told(plan).left).toEqual([
        `superfluous-logical-volume ${vg}/lvol7: it is not removed: this server makes no logical volumes of this name: who made it may know what it is for`,
      ]);
      const state = scene.hosts.state();
      expect(await scene.repair({ destroy: [`${vg}/lvol7`] })).toContain(
        `- ${vg}/lvol7: it is not removed: this server makes no logical volumes of this name`,
      );
      expect(scene.hosts.state()).toEqual(state);
    }));
});

describe('in the last moment before a removal', () => {
  const atRemoval = (scene: DriftScene, act: () => Promise<void>) => {
    let isDone = false;
    scene.watch(async (line) => {
      if (isDone || !line.includes(' lvremove ')) return;
      isDone = true;
      await act();
    });
  };

  /** Before the first command of the part that removes it. */
  const whenItBegins = (scene: DriftScene, act: () => Promise<void>) => {
    let isDone = false;
    scene.watch(async () => {
      if (isDone) return;
      const records = await scene.pool.store.read((tx) => tx.operations.list());
      if (isDone || !records.some(({ type }) => type === 'remove-unclaimed')) return;
      isDone = true;
      await act();
    });
  };

  it('somebody mounts it: lvm refuses', () =>
    withDrift(async (scene) => {
      const brick = await unclaimed(scene);
      const host = await scene.hostOf(brick);
      atRemoval(scene, async () => {
        await scene.run(
          host,
          'mount',
          '-o',
          'rw',
          `/dev/mapper/vg_${brick.deviceId}-brick_${brick.id}`,
          mountOf(brick),
        );
      });
      expect(await scene.repair({ destroy: [lvOf(brick)] })).toContain('contains a filesystem in use');
      expect(await isThere(scene, brick)).toBe(true);
    }));

  it('somebody makes a volume of it: the files of glusterd tell', () =>
    withDrift(async (scene) => {
      const brick = await unclaimed(scene);
      const host = await scene.hostOf(brick);
      const device = `/dev/mapper/vg_${brick.deviceId}-brick_${brick.id}`;
      let isDone = false;
      scene.watch(async (line) => {
        if (isDone || !line.includes(' brick-claims ')) return;
        isDone = true;
        await scene.run(host, 'mount', '-o', 'rw', device, mountOf(brick));
        await scene.run(
          host,
          ...gluster('volume', 'create', 'rescued', `10.0.0.${host.slice(1)}:${brick.path}`, 'force'),
        );
        await scene.run(host, 'umount', mountOf(brick));
      });
      expect(await scene.repair({ destroy: [lvOf(brick)] })).toContain(
        "gluster's volume rescued uses the file system at",
      );
      expect(await isThere(scene, brick)).toBe(true);
    }));

  it('a pool gets another volume: it stays', () =>
    withDrift(async (scene) => {
      const brick = await unclaimed(scene);
      const host = await scene.hostOf(brick);
      await scene.run(host, 'lvm', 'lvremove', '-f', lvOf(brick));
      let isAsked = false;
      // lvm counts one more than the look before has seen.
      scene.lie((line, _host, result) => {
        if (!line.includes('thin_count')) return undefined;
        isAsked = true;
        return { ...result, stdout: result.stdout.replace('"thin_count": "0"', '"thin_count": "1"') };
      });
      expect(await scene.repair({ destroy: [poolOf(brick)] })).toContain('holds 1 logical volume, and was left alone');
      expect(isAsked).toBe(true);
      scene.lie(() => undefined);
      expect(await scene.repair({ destroy: [poolOf(brick)] })).toBeNull();
    }));

  it('a pool gets another volume right before lvm removes it: lvm sees that itself', () =>
    withDrift(async (scene) => {
      const brick = await unclaimed(scene);
      const host = await scene.hostOf(brick);
      await scene.run(host, 'lvm', 'lvremove', '-f', lvOf(brick));
      const pool = poolOf(brick);
      atRemoval(scene, async () => {
        await scene.run(host, 'lvm', 'lvcreate', '--thin', pool, '-V', '1G', '-n', 'mine');
      });
      expect(await scene.repair({ destroy: [pool] })).toContain('holds 1 logical volume, and was left alone');
      const group = scene.hosts
        .state()
        .hosts.flatMap(({ groups }) => groups)
        .find(({ volumes }) => volumes.some(({ name }) => name === 'mine'));
      expect(group?.volumes.map(({ name }) => name)).toContain(pool.split('/')[1]);
    }));

  it('another host, that has been asked already, mounts it: the last look at all of them tells', () =>
    withDrift(async (scene) => {
      const brick = await unclaimed(scene);
      const host = await scene.hostOf(brick);
      const other = ['h1', 'h2', 'h3'].find((name) => name !== host) ?? '';
      let hasBegun = false;
      whenItBegins(scene, async () => {
        hasBegun = true;
      });
      let answers = 0;
      const device = `/dev/mapper/vg_${brick.deviceId}-brick_${brick.id}`;
      scene.lie((line, asked, result) => {
        if (!hasBegun || asked !== other || line !== 'mount') return undefined;
        answers++;
        return answers === 1 ? undefined : { ...result, stdout: `${result.stdout}${device} on /mnt type xfs (rw)\n` };
      });
      expect(await scene.repair({ destroy: [lvOf(brick)] })).toContain(`it is mounted at /mnt on ${other}`);
      expect(await isThere(scene, brick)).toBe(true);
    }));

  it('something is made of it on its own host while the others answer', () =>
    withDrift(async (scene) => {
      const brick = await unclaimed(scene);
      const host = await scene.hostOf(brick);
      let isDone = false;
      let begun = 0;
      scene.watch(async (line, asked) => {
        const records = await scene.pool.store.read((tx) => tx.operations.list());
        if (isDone || asked === host || !records.some(({ type }) => type === 'remove-unclaimed')) return;
        if (!line.includes('volume info') || ++begun < 2) return;
        isDone = true;
        await scene.run(
          host,
          ...[
            'bash',
            '-c',
            '',
            'fstab-append',
            '/etc/fstab',
            '/mnt/new',
            `/dev/vg_${brick.deviceId}/brick_${brick.id} /mnt/new xfs rw 1 2`,
          ],
        );
      });
      expect(await scene.repair({ destroy: [lvOf(brick)] })).toContain(`the fstab of ${host} has it for /mnt/new`);
      expect([isDone, await isThere(scene, brick)]).toEqual([true, true]);
    }));

  it('a host of another cluster shows it by then, or can not be asked', () =>
    withDrift(
      async (scene) => {
        await loadTopology(scene.pool, 3, 2, 3, 4);
        const brick = await unclaimed(scene);
        const wish = { destroy: [lvOf(brick)] };
        let hasBegun = false;
        whenItBegins(scene, async () => {
          hasBegun = true;
        });
        scene.lie((line, asked, result) =>
          hasBegun && asked === 'h5' && line.includes('vg_name,lv_name,pool_lv')
            ? withVolume(result, lvOf(brick))
            : undefined,
        );
        expect(await scene.repair(wish)).toContain('h5 has a logical volume of that name, too');
        scene.lie(() => undefined);
        whenItBegins(scene, async () => scene.hosts.setHostUp('h6', false));
        expect(await scene.repair(wish)).toContain('h6 could not be asked, and may use it');
        expect(await isThere(scene, brick)).toBe(true);
        scene.hosts.setHostUp('h6', true);
        await scene.repair(wish);
        expect(await isThere(scene, brick)).toBe(false);
      },
      3,
      3,
    ));

  it('a host can not be asked any more which volumes gluster has: nothing is removed', () =>
    withDrift(async (scene) => {
      const brick = await unclaimed(scene);
      const host = await scene.hostOf(brick);
      const other = ['h1', 'h2', 'h3'].find((name) => name !== host) ?? '';
      whenItBegins(scene, async () => scene.hosts.setGlusterdUp(other, false));
      expect(await scene.repair({ destroy: [lvOf(brick)] })).toContain(
        `${lvOf(brick)} is not removed: ${other} does not tell all, and may use it: volumes: `,
      );
      expect(await isThere(scene, brick)).toBe(true);
    }));

  it('an operation begins that names its id: nothing is removed', () =>
    withDrift(async (scene) => {
      const brick = await unclaimed(scene);
      const actions = [{ change: 'add-brick' as const, id: brick.id, delta: null }];
      const record = { ...NEW_RECORD, id: 'f'.repeat(32), type: 'create-volume' as const, createdAt: 1, actions };
      whenItBegins(scene, () => scene.pool.store.write((tx) => tx.operations.insert({ ...record, status: 'failed' })));
      expect(await scene.repair({ destroy: [lvOf(brick)] })).toContain(
        `operation ${record.id} (create-volume) names ${brick.id}`,
      );
      expect(await isThere(scene, brick)).toBe(true);
    }));

  it('a snapshot is made of it: it stays', () =>
    withDrift(async (scene) => {
      const brick = await unclaimed(scene);
      const host = await scene.hostOf(brick);
      const snapshot = `{"vg_name":"vg_${brick.deviceId}","lv_name":"mine","origin":"brick_${brick.id}","lv_attr":"Vwi---tz-k"},`;
      scene.lie((line, asked, result) =>
        asked === host && line.includes('lvs --reportformat')
          ? { ...result, stdout: result.stdout.replace(/"lv":\s*\[/, (head) => `${head}${snapshot}`) }
          : undefined,
      );
      expect(await scene.repair({ destroy: [lvOf(brick)] })).toContain('/mine is a snapshot of it');
      expect(await isThere(scene, brick)).toBe(true);
    }));

  it('the link to its host is lost: what became of it is seen before anything else is done', () =>
    withDrift(async (scene) => {
      const brick = await unclaimed(scene);
      const host = await scene.hostOf(brick);
      scene.hosts.setFaults([{ kind: 'lose-link', host, match: 'lvremove', times: 1, after: true }]);
      const error = await scene.repair({ destroy: [lvOf(brick), poolOf(brick)] });
      expect(error).toContain(`remove-unclaimed ${lvOf(brick)}`);
      expect(await isThere(scene, brick)).toBe(false);
      expect(await scene.repair()).toBeNull();
    }));
});

describe('hosts that can not be asked, or do not tell the truth', () => {
  it('are left alone and named, and the others repaired', () =>
    withDrift(async (scene) => {
      await scene.make({ name: 'data' });
      for (const host of ['h1', 'h2', 'h3']) await scene.run(host, 'sed', '-i.save', '/brick_/d', '/etc/fstab');
      scene.hosts.setHostUp('h2', false);
      const plan = await scene.plan();
      expect(plan.steps.map(({ step }) => step).sort()).toEqual([
        expect.stringMatching(/^restore-mounts h1 /),
        expect.stringMatching(/^restore-mounts h3 /),
      ]);
      expect(plan.notCompared).toEqual([
        expect.objectContaining({ host: 'h2', reason: expect.stringContaining('h2') }),
      ]);
      expect(plan.isPossible).toBe(false);
      const error = await scene.repair();
      expect(error).toContain('- h2 could not be asked, and nothing of it was repaired:');
      expect(told(await scene.plan()).steps).toEqual([]);
      scene.hosts.setHostUp('h2', true);
      expect(told(await scene.plan()).steps).toEqual([expect.stringMatching(/^restore-mounts h2 /)]);
      expect(await scene.repair()).toBeNull();
      expect(await scene.apart()).toEqual([]);
    }));

  it('are named also where only the first of two looks missed them', () =>
    withDrift(async (scene) => {
      await scene.make({ name: 'data' });
      await scene.run('h2', 'sed', '-i.save', '/brick_/d', '/etc/fstab');
      // Something that both looks see, and that is left.
      await scene.make({ name: 'stopped' });
      await scene.run('h1', ...gluster('volume', 'stop', 'stopped', 'force'));
      scene.hosts.setFaults([{ kind: 'lose-link', host: 'h2', times: 1 }]);
      expect(await scene.repair()).toMatch(/^- h2 could not be asked, and nothing of it was repaired: /m);
      expect(await scene.repair({ start: ['stopped'] })).toBeNull();
      expect(await scene.apart()).toEqual([]);
    }));

  it('do not have a volume taken in of which a host does not tell', () =>
    withDrift(async (scene) => {
      await scene.make({ name: 'data' });
      await scene.forget('data');
      scene.hosts.setHostUp('h3', false);
      const plan = await scene.plan();
      expect(told(plan).steps.filter((step) => step.startsWith('adopt'))).toEqual([]);
      expect(told(plan).left).toContainEqual(expect.stringMatching(/^superfluous-volume data: h3 could not be read: /));
      expect(await scene.repair()).toContain('- h3 could not be asked');
      expect(await scene.bricksOf('data')).toEqual([]);
    }));

  it('that never show what was mended have it tried no more than twice', () =>
    withDrift(async (scene) => {
      await scene.make({ name: 'data' });
      const [brick] = await scene.bricksOf('data');
      const host = await scene.hostOf(brick as Brick);
      let tries = 0;
      scene.lie((line, asked, result) =>
        asked === host && line === 'cat /etc/fstab' ? withoutLines(result, 'brick_') : undefined,
      );
      scene.watch((line) => {
        if (line.startsWith('findmnt ') && line.endsWith(mountOf(brick as Brick))) tries++;
      });
      const error = await scene.repair();
      expect(error).toMatch(
        new RegExp(`- restore-mounts ${host} \\(node \\w+\\): was done, and the hosts show no change`),
      );
      expect(tries).toBe(2);
      expect(await scene.apart()).toEqual([]);
    }));

  it('that hide a logical volume have nothing concluded but that it is not there', () =>
    withDrift(async (scene) => {
      await scene.make({ name: 'data' });
      const [brick] = await scene.bricksOf('data');
      if (!brick) throw new Error('no brick');
      const host = await scene.hostOf(brick);
      await scene.run(host, 'sed', '-i.save', '/brick_/d', '/etc/fstab');
      scene.lie((line, asked, result) =>
        asked === host && / lvs /.test(line) ? withoutVolume(result, `brick_${brick.id}`) : undefined,
      );
      const plan = await scene.plan();
      expect(told(plan)).toEqual({
        steps: [],
        left: expect.arrayContaining([
          `missing-logical-volume ${lvOf(brick)}: what was on it is gone from this host`,
          `missing-fstab-line ${mountOf(brick)}: logical volume absent: ${lvOf(brick)} is not on the node: its disk may be missing`,
        ]),
      });
      const state = scene.hosts.state();
      expect(await scene.repair()).toBeNull();
      expect(scene.hosts.state()).toEqual(state);
      expect(await scene.bricksOf('data')).toHaveLength(3);
    }));

  it('that do not show a group have no fstab line deleted for it', () =>
    withDrift(async (scene) => {
      await scene.make({ name: 'data' });
      const [brick] = await scene.bricksOf('data');
      if (!brick) throw new Error('no brick');
      const host = await scene.hostOf(brick);
      await scene.forget('data');
      await scene.run('h1', ...gluster('volume', 'stop', 'data', 'force'));
      await scene.run('h1', ...gluster('volume', 'delete', 'data'));
      await scene.run(host, 'umount', mountOf(brick));
      scene.hosts.setDisksAway(host, true);
      const plan = await scene.plan();
      expect(told(plan).left).toContainEqual(
        `superfluous-fstab-line ${mountOf(brick)}: lvm does not show all of vg_${brick.deviceId}: its disk may be away`,
      );
      await scene.repair();
      const fstab = scene.hosts.state().hosts.find(({ manage }) => manage === host)?.fstab;
      expect(fstab?.some((line) => line.includes(brick.id))).toBe(true);
    }, 4));
});

describe('what is left to a person', () => {
  it('keeps its remedy, which works: a brick whose logical volume is gone is made anew', () =>
    withDrift(async (scene) => {
      await scene.make({ name: 'data' });
      const [brick] = await scene.bricksOf('data');
      if (!brick) throw new Error('no brick');
      const host = await scene.hostOf(brick);
      scene.hosts.killBrick(host, brick.path);
      await scene.run(host, 'umount', mountOf(brick));
      await scene.run(host, 'lvm', 'lvremove', '-f', lvOf(brick));
      const plan = await scene.plan();
      expect(plan.steps).toEqual([]);
      const lost = plan.differences.find(({ kind }) => kind === 'missing-logical-volume');
      expect(lost?.remedy).toContain(`heketi-cli brick evict ${brick.id}`);
      expect(await scene.repair()).toBeNull();
      await done(scene.pool, await scene.pool.operations.evictBrick(brick.id, true));
      await scene.pool.recovery.run();
      expect((await scene.bricksOf('data')).map(({ id }) => id)).not.toContain(brick.id);
    }));

  it('is a brick that was moved by hand', () =>
    withDrift(async (scene) => {
      await scene.make({ name: 'data' });
      await moveBrickByHand(scene.pool.store, executorOf(scene), 'data');
      const plan = await scene.plan();
      expect(told(plan).left.filter((text) => text.includes('by a command of its own'))).toHaveLength(2);
      expect(told(plan).steps).toEqual([]);
    }));

  it('is a volume whose bricks the database has already, and one that is nowhere on our devices', () =>
    withDrift(async (scene) => {
      await scene.make({ name: 'data' });
      const bricks = await scene.bricksOf('data');
      await scene.run('h1', ...gluster('volume', 'stop', 'data', 'force'));
      await scene.run('h1', ...gluster('volume', 'delete', 'data'));
      const names = await Promise.all(
        bricks.map(async (brick) => `10.0.0.${(await scene.hostOf(brick)).slice(1)}:${brick.path}`),
      );
      await scene.run('h1', ...gluster('volume', 'create', 'rescued', 'replica', '3', ...names, 'force'));
      await scene.run('h1', 'mkdir', '-p', '/srv/x');
      await scene.run('h1', ...gluster('volume', 'create', 'by-hand', '10.0.0.1:/srv/x', 'force'));
      await scene.make({ name: 'shared', durability: DISTRIBUTED });
      const [brick] = await scene.bricksOf('shared');
      if (!brick) throw new Error('no brick');
      const host = await scene.hostOf(brick);
      await scene.run(host, 'mkdir', '-p', '/mnt/two');
      await scene.run(host, 'mount', '-o', 'rw', `/dev/mapper/${lvOf(brick).replace('/', '-')}`, '/mnt/two');
      await scene.run(host, 'mkdir', '/mnt/two/other');
      await scene.run(
        'h1',
        ...gluster('volume', 'create', 'second', `10.0.0.${host.slice(1)}:/mnt/two/other`, 'force'),
      );
      const { steps, left } = told(await scene.plan());
      expect(steps.filter((step) => step.startsWith('adopt'))).toEqual([]);
      expect(left).toContainEqual(expect.stringMatching(/^superfluous-volume rescued: .*is another volume's already$/));
      expect(left).toContainEqual(expect.stringMatching(/^superfluous-volume second: /));
      expect(left).toContainEqual(
        expect.stringMatching(/^superfluous-volume by-hand: .*its file system is not mounted$/),
      );
    }));
});

describe('two repairs at once', () => {
  it('are one: the second is refused and told which', () =>
    withDrift(async (scene) => {
      await scene.make({ name: 'data' });
      for (const host of ['h1', 'h2', 'h3']) await scene.run(host, 'sed', '-i.save', '/brick_/d', '/etc/fstab');
      const { operations, store } = scene.pool;
      const wish = { start: [], destroy: [] };
      const both = await Promise.allSettled([operations.repairState(wish), operations.repairState(wish)]);
      expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
      const refusal = both.find((one) => one.status === 'rejected')?.reason as Error;
      const [running] = (await store.read((tx) => tx.operations.list())).filter(({ type }) => type === 'repair-state');
      expect(refusal.message).toContain(`operation ${running?.id} repairs the state already`);
      expect((await scene.plan()).obstacle).toContain('repairs the state already');
      for (const one of both)
        if (one.status === 'fulfilled') expect((await answerOf(scene.pool, one.value)).error).toBeNull();
      expect(await scene.apart()).toEqual([]);
    }));
});

describe('a repair beside other changes', () => {
  it('takes none of them for drift', () =>
    withDrift(async (scene) => {
      const { operations } = scene.pool;
      let isOver = false;
      const changes = (async () => {
        for (let i = 0; i < 4; i++) {
          const id = await scene.make({ name: `v${i}`, sizeGib: 2 });
          await done(scene.pool, await operations.expandVolume(id, 1));
          await done(scene.pool, await operations.cloneVolume(id, `c${i}`));
          await done(scene.pool, await operations.deleteVolume((await volumeNamed(scene, `c${i}`)) ?? ''));
          if (i % 2 === 0) await done(scene.pool, await operations.deleteVolume(id));
        }
        isOver = true;
      })();
      const parts: string[] = [];
      scene.watch((line) => {
        if (/fstab-delete|lvremove/.test(line) && !line.includes('mortar')) parts.push(line);
      });
      while (!isOver) {
        const ticket = await operations.repairState({ start: [], destroy: [] });
        const left = () => scene.pool.store.read((tx) => tx.queue.find(ticket.queueId));
        while ((await left())?.state === 'pending') await new Promise((turn) => setImmediate(turn));
        expect((await left())?.error).toBeNull();
      }
      await changes;
      expect((await scene.pool.store.read((tx) => tx.volumes.list())).map(({ name }) => name).sort()).toEqual([
        'v1',
        'v3',
      ]);
      expect(await scene.apart()).toEqual([]);
    }));

  it('is cancelled after the part that runs, and what was done stays', () =>
    withDrift(async (scene) => {
      await scene.make({ name: 'data' });
      for (const host of ['h1', 'h2', 'h3']) await scene.run(host, 'sed', '-i.save', '/brick_/d', '/etc/fstab');
      const { pool } = scene;
      let isCancelled = false;
      scene.watch(async (line) => {
        if (isCancelled || !line.includes(' fstab-append ')) return;
        isCancelled = true;
        const running = (await pool.store.read((tx) => tx.operations.list())).find(
          ({ type }) => type === 'repair-state',
        );
        await pool.operations.cancel(running?.id ?? '');
      });
      expect(await scene.repair()).toContain('repair-state was cancelled; what its parts have done stays');
      expect((await scene.plan()).differences).toHaveLength(2);
      expect(await scene.repair()).toBeNull();
      expect(await scene.apart()).toEqual([]);
    }));
});

const DISTRIBUTED = { type: 'none', replica: 0, disperseData: 0, disperseRedundancy: 0 } as const;

const NO_VOLUMES = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<cliOutput><opRet>0</opRet><opErrno>0</opErrno><opErrstr/><volInfo><volumes><count>0</count></volumes></volInfo></cliOutput>
`;

function withoutLines(result: CommandResult, word: string): CommandResult {
  const lines = result.stdout.split('\n').filter((line) => !line.includes(word));
  return { ...result, stdout: lines.join('\n') };
}

function withoutVolume(result: CommandResult, name: string): CommandResult {
  if (result.exitCode !== 0) return result;
  const document = JSON.parse(result.stdout) as { report: { lv: { lv_name: string }[] }[] };
  for (const part of document.report) part.lv = part.lv.filter((row) => row.lv_name !== name);
  return { ...result, stdout: JSON.stringify(document) };
}

async function volumeNamed({ pool }: DriftScene, name: string) {
  return (await pool.store.read((tx) => tx.volumes.list())).find((volume) => volume.name === name)?.id;
}

function executorOf({ hosts }: DriftScene) {
  return {
    run: hosts.run.bind(hosts),
    linkNames: async () => undefined,
    awaitLeftovers: async () => undefined,
    close: async () => undefined,
  };
}
