import { beforeEach, describe, expect, it } from 'vitest';
import {
  createBrick,
  destroyBrick,
  devicePath,
  mountPointOf,
  probeBrick,
} from '../../src/executors/commands/brick/brick.js';
import { setUpDevice } from '../../src/executors/commands/device/lvm-device.js';
import { CommandError, FinalRefusal, runAll, TransportError } from '../../src/executors/executor.js';
import type { HostsState } from '../../src/executors/mock/world/state.js';
import { WatchedExecutor } from '../support/watched-executor.js';
import { recorded } from '../unit/executors/samples.js';
import { brick, deviceId, KIB_PER_GIB, type Rig, strictRig } from './support.js';

const HOST = 'n1.manage';
const CREATE_COMMANDS = 8;
const DESTROY_COMMANDS = 7;
const ABSENT = { lvExists: false, poolExists: false, isMounted: false, inFstab: false };
const PRESENT = { lvExists: true, poolExists: true, isMounted: true, inFstab: true };

let rig: Rig;
let empty: HostsState;
beforeEach(async () => {
  rig = strictRig();
  await setUpDevice(rig.hosts, HOST, { deviceId: deviceId(1), name: '/dev/sdb', wipe: false });
  await createBrick(rig.hosts, HOST, brick(99, 1)); // the device's directory stays after its last brick
  await destroyBrick(rig.hosts, HOST, brick(99, 1));
  empty = rig.simulated.state();
});

function first(): NonNullable<HostsState['hosts'][0]> {
  const [host] = rig.simulated.state().hosts;
  if (!host) throw new Error('no host');
  return host;
}

describe('the life of a brick', () => {
  it("says what a small file system takes when mkfs.xfs refuses it, without the program's usage", async () => {
    const stderr =
      'mkfs.xfs: small data volume, ignoring data volume stripe unit 128 and stripe width 512\n' +
      'Filesystem must be larger than 300MB.\nUsage: mkfs.xfs\n/* blocksize */\t\t[-b size=num]\n';
    rig.simulated.setFaults([{ kind: 'fail', match: '^mkfs.xfs', stderr }]);
    const error = await createBrick(rig.hosts, HOST, brick(1, 1)).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(CommandError);
    expect((error as CommandError).message).toMatch(/^mkfs.xfs on n1.manage refused \/dev\/mapper\/.*300MB\.\nThis/s);
    expect((error as CommandError).message).toContain('user.heketi.average-file-size');
    expect((error as CommandError).message).not.toContain('blocksize');
  });

  it.each([
    'Filesystem must be larger than 300MB.',
    'log size 4085 blocks too small, minimum size is 4608 blocks',
    'agsize (3072 blocks) too small, need at least 4096 blocks',
  ])('is refused for good where mkfs.xfs finds it too small: %s', async (stderr) => {
    rig.simulated.setFaults([{ kind: 'fail', match: '^mkfs.xfs', stderr }]);
    const error = await createBrick(rig.hosts, HOST, brick(1, 1)).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(FinalRefusal);
    expect((error as Error).message).toContain(stderr);
    expect((error as Error).message).toContain('user.heketi.average-file-size');
  });

  it('may be tried again where mkfs.xfs refuses it for another reason', async () => {
    rig.simulated.setFaults([
      { kind: 'fail', match: '^mkfs.xfs', stderr: 'mkfs.xfs: pwrite failed: Input/output error' },
    ]);
    const error = await createBrick(rig.hosts, HOST, brick(1, 1)).catch((caught: unknown) => caught);
    expect(error).not.toBeInstanceOf(FinalRefusal);
    expect((error as Error).message).not.toContain('average-file-size');
  });

  it('is a thin volume with XFS, mounted now and after a restart', async () => {
    const spec = brick(1, 1, { gid: 2001 });
    await createBrick(rig.hosts, HOST, spec);
    const host = first();
    const device = `/dev/mapper/vg_${spec.deviceId}-${spec.lv}`;
    const mountPoint = spec.path.replace(/\/brick$/, '');
    expect(host.mounts).toEqual([{ source: device, target: mountPoint, options: 'rw,inode64,noatime,nouuid' }]);
    expect(host.fstab).toEqual([`${device} ${mountPoint} xfs rw,inode64,noatime,nouuid 1 2`]);
    expect(host.groups[0]?.volumes).toEqual([
      {
        name: spec.lv,
        kind: 'thin',
        sizeKib: 10 * KIB_PER_GIB,
        pool: spec.thinPool,
        mkfs: 'xfs -i size=512 -n size=8192',
        directories: ['/brick 2775 2001'],
      },
      { name: spec.thinPool, kind: 'pool', sizeKib: 10 * KIB_PER_GIB, pool: '', mkfs: '', directories: [] },
    ]);
    expect(await probeBrick(rig.hosts, HOST, spec)).toEqual(PRESENT);
    rig.simulated.setHostUp(HOST, false);
    rig.simulated.setHostUp(HOST, true);
    expect(await probeBrick(rig.hosts, HOST, spec)).toEqual(PRESENT);
  });

  it('gives an arbiter inodes instead of space', async () => {
    await createBrick(rig.hosts, HOST, brick(1, 1, { subType: 'arbiter' }));
    expect(first().groups[0]?.volumes[0]?.mkfs).toBe('xfs -i maxpct=100 -n size=8192');
  });

  it('stripes the file system when both stripe settings are given', async () => {
    const striped = { ...rig.hosts, settings: { ...rig.hosts.settings, xfsSu: 128, xfsSw: 4 } };
    await createBrick(striped, HOST, brick(1, 1));
    expect(first().groups[0]?.volumes[0]?.mkfs).toBe('xfs -i size=512 -d su=128,sw=4 -n size=8192');
  });

  it('leaves nothing when destroyed, and may be destroyed again', async () => {
    await createBrick(rig.hosts, HOST, brick(1, 1));
    expect(await destroyBrick(rig.hosts, HOST, brick(1, 1))).toEqual({ poolRemoved: true });
    expect(rig.simulated.state()).toEqual(empty);
    expect(await destroyBrick(rig.hosts, HOST, brick(1, 1))).toEqual({ poolRemoved: true });
    expect(await probeBrick(rig.hosts, HOST, brick(1, 1))).toEqual(ABSENT);
  });

  it('takes only its own line out of the fstab', async () => {
    const one = brick(1, 1);
    const lookalike = brick(2, 1, { path: `${one.path.replace(/\/brick$/, '')}x/brick` });
    await createBrick(rig.hosts, HOST, one);
    await createBrick(rig.hosts, HOST, lookalike);
    await destroyBrick(rig.hosts, HOST, one);
    expect(await probeBrick(rig.hosts, HOST, lookalike)).toEqual(PRESENT);
  });
});

describe('a brick that could not be made', () => {
  it('is taken back whole by destroying it, whichever command failed', async () => {
    for (let nth = 1; nth <= CREATE_COMMANDS; nth++) {
      for (const after of [false, true]) {
        rig.simulated.setFaults([{ kind: 'fail', nth, after, stderr: 'it broke' }]);
        await expect(createBrick(rig.hosts, HOST, brick(1, 1, { gid: 5 })), `command ${nth}`).rejects.toThrow(
          'it broke',
        );
        rig.simulated.setFaults([]);
        await destroyBrick(rig.hosts, HOST, brick(1, 1));
        expect(rig.simulated.state(), `command ${nth}, after ${after}`).toEqual(empty);
      }
    }
  });

  it('is an unknown outcome when the link was lost', async () => {
    rig.simulated.setFaults([{ kind: 'lose-link', match: 'mkfs', after: true }]);
    await expect(createBrick(rig.hosts, HOST, brick(1, 1))).rejects.toThrow(TransportError);
    expect(await probeBrick(rig.hosts, HOST, brick(1, 1))).toEqual({ ...ABSENT, lvExists: true, poolExists: true });
  });

  it('leaves no part of a pool whose lvcreate was cut off: its spare metadata, still unnamed, and the plain volume', async () => {
    const { deviceId: id, thinPool, poolMetadataKib } = brick(1, 1);
    const plain = (name: string) => ({
      argv: ['lvm', 'lvcreate', '--size', `${poolMetadataKib}K`, '--name', name, `vg_${id}`],
      timeoutMs: 1000,
    });
    const left = [[plain('lvol0')], [plain(thinPool)], [plain('lvol0'), plain('lvol1')]];
    for (const commands of left) {
      await runAll(rig.hosts.executor, HOST, commands);
      expect(await destroyBrick(rig.hosts, HOST, brick(1, 1))).toEqual({ poolRemoved: true });
      expect(rig.simulated.state()).toEqual(empty);
    }
  });

  it('is removed with its pool when lvm holds it there, unless there is more in the pool', async () => {
    const spec = brick(1, 1);
    const stderr = recorded('lvremove-pool-half-active')
      .stderr.replaceAll(/vg_[0-9a-f]{32}/g, `vg_${spec.deviceId}`)
      .replaceAll('tp_x10', spec.thinPool);
    await createBrick(rig.hosts, HOST, spec);
    rig.simulated.setFaults([{ kind: 'fail', match: `lvremove.*/${spec.lv}`, exitCode: 5, stderr }]);
    expect(await destroyBrick(rig.hosts, HOST, spec)).toEqual({ poolRemoved: true });
    expect(rig.simulated.state()).toEqual(empty);

    rig.simulated.setFaults([]);
    await createBrick(rig.hosts, HOST, spec);
    const clone = { ...spec, lv: 'clone_0', path: '/run/gluster/snaps/clone/brick1/brick' };
    rig.simulated.seedFromRecords({
      nodes: [],
      devices: [],
      volumes: [],
      bricks: [{ ...clone, manageName: HOST, storageName: 'n1.storage' }],
    });
    rig.simulated.setFaults([{ kind: 'fail', match: `lvremove.*/${spec.lv}`, exitCode: 5, stderr }]);
    await expect(destroyBrick(rig.hosts, HOST, spec)).rejects.toThrow('is prohibited while logical volume');
    expect(await probeBrick(rig.hosts, HOST, clone)).toMatchObject({ lvExists: true, poolExists: true });
  });

  it('is no reason to remove volumes of another size, with names, or in use', async () => {
    const { deviceId: id, poolMetadataKib } = brick(1, 1);
    const make = (name: string, kib: number) =>
      runAll(rig.hosts.executor, HOST, [
        { argv: ['lvm', 'lvcreate', '--size', `${kib}K`, '--name', name, `vg_${id}`], timeoutMs: 1000 },
      ]);
    await make('lvol0', poolMetadataKib + 4096);
    await make('lvol', poolMetadataKib);
    await make('mine', poolMetadataKib);
    await make('lvol1', poolMetadataKib);
    await runAll(rig.hosts.executor, HOST, [
      { argv: ['mkfs.xfs', `/dev/mapper/vg_${id}-lvol1`], timeoutMs: 1000 },
      { argv: ['mkdir', '-p', '/srv/mine'], timeoutMs: 1000 },
      { argv: ['mount', `/dev/mapper/vg_${id}-lvol1`, '/srv/mine'], timeoutMs: 1000 },
    ]);
    const before = rig.simulated.state();
    expect(await destroyBrick(rig.hosts, HOST, brick(1, 1))).toEqual({ poolRemoved: true });
    expect(rig.simulated.state()).toEqual(before);
  });

  it('does not touch a brick that exists under its names', async () => {
    await createBrick(rig.hosts, HOST, brick(1, 1));
    const before = rig.simulated.state();
    await expect(createBrick(rig.hosts, HOST, brick(1, 1))).rejects.toThrow('already exists in Volume group');
    expect(rig.simulated.state()).toEqual(before);
  });

  it('is refused by a full volume group', async () => {
    const huge = brick(1, 1, { thinPoolKib: 300 * KIB_PER_GIB });
    await expect(createBrick(rig.hosts, HOST, huge)).rejects.toThrow('insufficient free space');
    const totalKib = (first().groups[0]?.extents ?? 0) * 4096;
    const withoutSpare = brick(1, 1, { thinPoolKib: totalKib - 53248 }); // the first pool also brings the spare metadata volume
    await expect(createBrick(rig.hosts, HOST, withoutSpare)).rejects.toThrow(CommandError);
    await createBrick(rig.hosts, HOST, brick(1, 1, { thinPoolKib: totalKib - 2 * 53248 }));
  });
});

describe('destroying a brick', () => {
  it('is finished by repeating it, whichever command lost the link', async () => {
    for (let nth = 1; nth <= DESTROY_COMMANDS; nth++) {
      for (const after of [false, true]) {
        await createBrick(rig.hosts, HOST, brick(1, 1));
        rig.simulated.setFaults([{ kind: 'lose-link', nth, after }]);
        await expect(destroyBrick(rig.hosts, HOST, brick(1, 1)), `command ${nth}`).rejects.toThrow(TransportError);
        rig.simulated.setFaults([]);
        expect(await destroyBrick(rig.hosts, HOST, brick(1, 1))).toEqual({ poolRemoved: true });
        expect(rig.simulated.state(), `command ${nth}, after ${after}`).toEqual(empty);
      }
    }
  });

  it('fails while the file system is in use, and keeps the data', async () => {
    const spec = brick(1, 1);
    await createBrick(rig.hosts, HOST, spec);
    rig.simulated.setFaults([{ kind: 'fail', match: '^umount', exitCode: 32, stderr: 'umount: target is busy.' }]);
    await expect(destroyBrick(rig.hosts, HOST, spec)).rejects.toThrow('target is busy');
    expect(await probeBrick(rig.hosts, HOST, spec)).toMatchObject({
      lvExists: true,
      poolExists: true,
      isMounted: true,
      inFstab: true,
    });
  });

  it('keeps a pool that other volumes live in, and says that its space is not free', async () => {
    const spec = brick(1, 1);
    await createBrick(rig.hosts, HOST, spec);
    const clone = { ...spec, lv: 'clone_0', path: '/run/gluster/snaps/clone/brick1/brick' };
    rig.simulated.seedFromRecords({
      nodes: [],
      devices: [],
      volumes: [],
      bricks: [{ ...clone, manageName: HOST, storageName: 'n1.storage' }],
    });
    expect(await destroyBrick(rig.hosts, HOST, spec)).toEqual({ poolRemoved: false });
    expect(await destroyBrick(rig.hosts, HOST, clone)).toEqual({ poolRemoved: true });
  });

  it('does not edit the fstab for a clone, which never had a line', async () => {
    const clone = brick(1, 1, { path: '/run/gluster/snaps/clone/brick1/brick' });
    rig.simulated.setFaults([{ kind: 'fail', match: '^fstab', stderr: 'fstab was edited' }]);
    expect(await destroyBrick(rig.hosts, HOST, clone)).toEqual({ poolRemoved: true });
  });

  it('stops before it removes the volume when the fstab could not be edited', async () => {
    await createBrick(rig.hosts, HOST, brick(1, 1));
    rig.simulated.setFaults([{ kind: 'fail', match: '^fstab-delete', stderr: 'read-only file system' }]);
    await expect(destroyBrick(rig.hosts, HOST, brick(1, 1))).rejects.toThrow('read-only file system');
    expect(await probeBrick(rig.hosts, HOST, brick(1, 1))).toMatchObject({ lvExists: true, inFstab: true });
  });

  it('is left alone when a volume got it while it was asked whether it is mounted', async () => {
    const spec = brick(1, 1);
    await createBrick(rig.hosts, HOST, spec);
    const mountPoint = mountPointOf(spec.path);
    const byHand = (...argv: readonly string[]) => runAll(rig.hosts.executor, HOST, [{ argv, timeoutMs: 1000 }]);
    await byHand('umount', mountPoint);
    const before = first();
    let isAsked = false;
    const executor = new WatchedExecutor(rig.simulated, async (line) => {
      if (line.startsWith('findmnt ')) isAsked = true;
      else if (isAsked) {
        isAsked = false;
        await byHand('mount', '-o', 'rw', devicePath(`vg_${spec.deviceId}`, spec.lv), mountPoint);
        await byHand('gluster', '--mode=script', 'volume', 'create', 'rescued', `n1.storage:${spec.path}`, 'force');
      }
    });
    const destroyed = destroyBrick({ ...rig.hosts, executor }, HOST, spec);
    await expect(destroyed).rejects.toThrow('volume rescued uses the file system');
    expect(first().fstab).toEqual(before.fstab);
    expect(await probeBrick(rig.hosts, HOST, spec)).toEqual(PRESENT);
  });

  it('works on a host that has no fstab', async () => {
    const elsewhere = { ...rig.hosts, settings: { ...rig.hosts.settings, fstab: '/var/lib/heketi/fstab' } };
    expect(await destroyBrick(elsewhere, HOST, brick(1, 1))).toEqual({ poolRemoved: true });
  });

  it('reports an LVM failure that is not about missing objects', async () => {
    await createBrick(rig.hosts, HOST, brick(1, 1));
    rig.simulated.setFaults([{ kind: 'fail', match: 'thin_count', exitCode: 5, stderr: '  Device or resource busy' }]);
    await expect(destroyBrick(rig.hosts, HOST, brick(1, 1))).rejects.toThrow('Device or resource busy');
  });
});
