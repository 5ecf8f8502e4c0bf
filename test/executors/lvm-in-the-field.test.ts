import { beforeEach, describe, expect, it } from 'vitest';
import { createBrick, destroyBrick, probeBrick } from '../../src/executors/commands/brick/brick.js';
import { lookAtDevice } from '../../src/executors/commands/device/device-facts.js';
import { inspectDevice, setUpDevice } from '../../src/executors/commands/device/lvm-device.js';
import { forgetDevice, tearDownDevice } from '../../src/executors/commands/device/lvm-device-removal.js';
import type { Hosts } from '../../src/executors/commands/host/hosts.js';
import { CommandError, type CommandResult } from '../../src/executors/executor.js';
import { brick, deviceId, groupOf, type Rig, strictRig } from './support.js';

const HOST = 'n1.manage';
const device = { deviceId: deviceId(1), name: '/dev/sdb', wipe: false };
const VG = `vg_${device.deviceId}`;
const ELSEWHERE =
  '  WARNING: Device for PV aaaaaa-bbbb-cccc-dddd-eeee-ffff-gggggg not found or rejected by a filter.\n';

let rig: Rig;
beforeEach(() => {
  rig = strictRig();
});

const known = ({ pvUuid, paths }: { readonly pvUuid: string; readonly paths: readonly string[] }) => ({
  deviceId: device.deviceId,
  name: device.name,
  paths,
  pvUuid,
});

/** Answers of one lvm command changed on their way. */
function answering(command: string, change: (result: CommandResult) => Partial<CommandResult>): Hosts {
  const { executor, settings } = rig.hosts;
  const run: typeof executor.run = async (host, batch) => {
    const results: CommandResult[] = [];
    for (const one of batch) {
      const [result] = await executor.run(host, [{ ...one, mayFail: true }]);
      if (!result) break;
      const told = one.argv.includes(command) ? { ...result, ...change(result) } : result;
      results.push(told);
      if (told.exitCode !== 0 && !one.mayFail) break;
    }
    return results;
  };
  return { executor: { run, awaitLeftovers: async () => undefined, close: async () => undefined }, settings };
}

const refusing = (command: string, stderr: string, exitCode = 5) =>
  answering(command, () => ({ exitCode, stdout: '', stderr }));

describe('a brick whose removal is refused below a warning about somebody else', () => {
  beforeEach(async () => {
    await setUpDevice(rig.hosts, HOST, device);
    await createBrick(rig.hosts, HOST, brick(1, 1));
  });

  it.each([
    ['in use', `${ELSEWHERE}  Logical volume ${VG}/brick_1 contains a filesystem in use.\n`, 5],
    ['module', 'modprobe: FATAL: Module dm-thin-pool not found in directory /lib/modules/6.1.0\n', 5],
    ['missing disks', `${ELSEWHERE}  Cannot change VG ${VG} while PVs are missing.\n`, 5],
    ['no lvm', 'sudo: /usr/sbin/lvm: command not found\n', 1],
    ['other volume', '  Failed to find logical volume "other/brick"\n', 5],
  ])('is not gone: %s', async (_, stderr, exitCode) => {
    for (const command of ['lvremove', 'lvs']) {
      await expect(destroyBrick(refusing(command, stderr, exitCode), HOST, brick(1, 1))).rejects.toThrow(CommandError);
      await expect(probeBrick(command === 'lvs' ? refusing(command, stderr, exitCode) : rig.hosts, HOST, brick(1, 1)))[
        command === 'lvs' ? 'rejects' : 'resolves'
      ].toBeDefined();
    }
  });

  it('is gone when lvm says so of the very volume, whatever else it says', async () => {
    await destroyBrick(rig.hosts, HOST, brick(1, 1));
    const hosts = answering('lvremove', ({ stderr }) => ({ stderr: `${ELSEWHERE}${stderr}` }));
    expect(await destroyBrick(hosts, HOST, brick(1, 1))).toEqual({ poolRemoved: true });
  });

  it('is not gone with its disk, and is removed when the disk is back', async () => {
    const before = rig.simulated.state();
    rig.simulated.setDisksAway(HOST, true);
    await expect(destroyBrick(rig.hosts, HOST, brick(1, 1))).rejects.toThrow(
      new RegExp(`does not show volume group ${VG}: its disk is away`),
    );
    rig.simulated.setDisksAway(HOST, false);
    expect(rig.simulated.state().hosts[0]?.groups).toEqual(before.hosts[0]?.groups);
    expect(await destroyBrick(rig.hosts, HOST, brick(1, 1))).toEqual({ poolRemoved: true });
    expect(rig.simulated.state().hosts[0]?.groups[0]?.volumes).toEqual([]);
  });

  it('is not taken for unmounted where findmnt is missing', async () => {
    rig.simulated.setFaults([
      { kind: 'fail', match: '^umount', exitCode: 32, stderr: 'umount: busy' },
      { kind: 'fail', match: '^findmnt', exitCode: 127, stderr: 'bash: findmnt: command not found' },
    ]);
    await expect(destroyBrick(rig.hosts, HOST, brick(1, 1))).rejects.toThrow('umount: busy');
  });
});

describe.each(['beside', 'merged', 'prefixed'] as const)('lvm with noise %s its answers', (noise) => {
  it('lives through the life of a device and its brick', async () => {
    const before = rig.simulated.state();
    rig.simulated.setNoise(HOST, noise);
    const report = await setUpDevice(rig.hosts, HOST, device);
    expect(report).toMatchObject({
      usedKib: 0,
      extentKib: 4096,
      pvUuid: expect.stringMatching(/^[\w-]{38}$/) as string,
    });
    await createBrick(rig.hosts, HOST, brick(1, 1));
    expect(await probeBrick(rig.hosts, HOST, brick(1, 1))).toMatchObject({ lvExists: true, poolExists: true });
    const { extents, freeExtents } = await groupOf(rig.hosts, HOST, device.deviceId);
    expect(freeExtents).toBeLessThan(extents);
    expect(await lookAtDevice(rig.hosts, HOST, '/dev/sdb')).toMatchObject({ physicalVolume: { vgName: VG } });
    expect(await destroyBrick(rig.hosts, HOST, brick(1, 1))).toEqual({ poolRemoved: true });
    expect(await destroyBrick(rig.hosts, HOST, brick(1, 1))).toEqual({ poolRemoved: true });
    expect(await probeBrick(rig.hosts, HOST, brick(1, 1))).toMatchObject({ lvExists: false, poolExists: false });
    await tearDownDevice(rig.hosts, HOST, known(report));
    await tearDownDevice(rig.hosts, HOST, known(report));
    expect(await inspectDevice(rig.hosts, HOST, '/dev/sdb')).toMatchObject({ pvUuid: null, vgName: null });
    expect(rig.simulated.state().hosts[0]?.devices).toEqual(before.hosts[0]?.devices);
  });
});

describe('every question to lvm', () => {
  it('asks for plain output, without words that a wrapper would take apart', async () => {
    const asked: (readonly string[])[] = [];
    const { executor, settings } = rig.hosts;
    const run: typeof executor.run = (host, batch) => {
      asked.push(...batch.map(({ argv }) => argv).filter(([program]) => program === '/usr/sbin/lvm'));
      return executor.run(host, batch);
    };
    const hosts = { executor: { ...rig.hosts.executor, run } as typeof executor, settings };
    const report = await setUpDevice(hosts, HOST, device);
    await createBrick(hosts, HOST, brick(1, 1));
    await destroyBrick(hosts, HOST, brick(1, 1));
    await groupOf(hosts, HOST, device.deviceId);
    await tearDownDevice(hosts, HOST, known(report));
    expect(asked.length).toBeGreaterThan(12);
    for (const argv of asked) {
      expect(argv.at(-2)).toBe('--config');
      expect(argv.at(-1)).toMatch(/^[^\s'"$]*log\{command_names=0\}[^\s'"$]*$/);
    }
  });
});

describe('sizes of a device', () => {
  it('beyond its disk are refused, and the device is taken back', async () => {
    const before = rig.simulated.state();
    const hosts = answering('vgdisplay', ({ stdout }) => ({
      stdout: stdout.replace(/:(\d+):4096:(\d+):0:\d+:/, (_, size: string, extents: string) => {
        const many = Number(extents) * 4096;
        return `:${Number(size) * 4096}:4096:${many}:0:${many}:`;
      }),
    }));
    await expect(setUpDevice(hosts, HOST, device)).rejects.toThrow(/size beyond the disk/);
    expect(rig.simulated.state()).toEqual(before);
  });

  it('are not read out of the lines before the answer', async () => {
    const hosts = answering('vgdisplay', ({ stdout }) => ({
      stdout: `  Found duplicate PV aBcDeF0123456789: using /dev/sdb3 not /dev/sda3\n${stdout}`,
    }));
    const { totalKib, extentKib } = await setUpDevice(hosts, HOST, device);
    expect(extentKib).toBe(4096);
    expect(totalKib).toBeLessThan(200 * 1024 * 1024);
  });
});

describe('a device that is torn down', () => {
  it('is not gone when lvm refuses below a warning about another disk', async () => {
    const report = await setUpDevice(rig.hosts, HOST, device);
    const refusals = [
      [
        'vgremove',
        `${ELSEWHERE}  Cannot change VG ${VG} while PVs are missing.\n  Consider vgreduce --removemissing.\n`,
      ],
      ['pvremove', `${ELSEWHERE}  PV /dev/sdb is used by VG other so please use vgreduce first.\n`],
    ] as const;
    for (const [command, stderr] of refusals)
      await expect(tearDownDevice(refusing(command, stderr), HOST, known(report)), command).rejects.toThrow(
        /Failed to delete device/,
      );
  });

  it('is not gone while its disk is away, and is when the disk is back', async () => {
    const before = rig.simulated.state();
    const report = await setUpDevice(rig.hosts, HOST, device);
    rig.simulated.setDisksAway(HOST, true);
    for (const uuid of [report.pvUuid, ''])
      await expect(tearDownDevice(rig.hosts, HOST, { ...known(report), pvUuid: uuid })).rejects.toThrow(
        /shows neither volume group .* nor its disk.*--force-forget/,
      );
    await expect(forgetDevice(rig.hosts, HOST, known(report))).resolves.toBeUndefined();
    rig.simulated.setDisksAway(HOST, false);
    await tearDownDevice(rig.hosts, HOST, known(report));
    expect(rig.simulated.state()).toEqual(before);
  });

  it('is not gone while a filter hides its label from lvm', async () => {
    const report = await setUpDevice(rig.hosts, HOST, device);
    const noGroup = `  Volume group "${VG}" not found\n`;
    rig.simulated.setFaults([
      { kind: 'fail', match: ' vg(?:s|remove) ', times: 9, exitCode: 5, stderr: noGroup },
      { kind: 'fail', match: ' pvs ', times: 9, exitCode: 5, stderr: '  Failed to find physical volume "/dev/sdb".\n' },
    ]);
    await expect(tearDownDevice(rig.hosts, HOST, known(report))).rejects.toThrow(/shows neither/);
  });

  it.each(['vgs', 'pvs', '/usr/bin/udevadm'])('goes by its stored path where %s answers an error', async (command) => {
    const before = rig.simulated.state();
    const report = await setUpDevice(rig.hosts, HOST, device);
    await tearDownDevice(refusing(command, '  Internal error: something is wrong\n'), HOST, known(report));
    expect(rig.simulated.state()).toEqual(before);
  });
});

describe('a device that is looked at', () => {
  it('is not without contents because lvm fails below a warning', async () => {
    await setUpDevice(rig.hosts, HOST, device);
    const hosts = refusing('pvs', `${ELSEWHERE}  Failed to read lvm info for /dev/sdb.\n`);
    await expect(inspectDevice(hosts, HOST, '/dev/sdb')).rejects.toThrow(CommandError);
    expect(await lookAtDevice(hosts, HOST, '/dev/sdb')).toMatchObject({ physicalVolume: 'unknown' });
  });

  it('is absent by stat where lsblk knows no JSON', async () => {
    const hosts = refusing('lsblk', "lsblk: unrecognized option '--json'\n", 1);
    expect(await lookAtDevice(hosts, HOST, '/dev/nope')).toMatchObject({ kind: 'absent' });
    expect(await lookAtDevice(hosts, HOST, '/dev/sdb')).toMatchObject({ kind: 'unknown' });
  });

  it('shows what lvm.conf puts before the lines', async () => {
    const hosts = answering('dumpconfig', () => ({ exitCode: 0, stdout: 'command_names=1\nprefix="  "\n' }));
    expect(await lookAtDevice(hosts, HOST, '/dev/sdb')).toMatchObject({ outputSettings: ['log/command_names=1'] });
  });
});
