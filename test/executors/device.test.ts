import { beforeEach, describe, expect, it } from 'vitest';
import { DomainError } from '../../src/domain/errors.js';
import { createBrick } from '../../src/executors/commands/brick/brick.js';
import { inspectDevice, setUpDevice } from '../../src/executors/commands/device/lvm-device.js';
import { forgetDevice, tearDownDevice } from '../../src/executors/commands/device/lvm-device-removal.js';
import { TransportError } from '../../src/executors/executor.js';
import { brick, deviceId, groupOf, KIB_PER_GIB, type Rig, strictRig } from './support.js';

const HOST = 'n1.manage';
const device = { deviceId: deviceId(1), name: '/dev/sdb', wipe: false };
const other = { deviceId: deviceId(9), name: '/dev/sdb', wipe: false };

let rig: Rig;
beforeEach(() => {
  rig = strictRig();
});

function known(report: { readonly pvUuid: string; readonly paths: readonly string[] }) {
  return { deviceId: device.deviceId, name: device.name, paths: report.paths, pvUuid: report.pvUuid };
}

describe('setting up a device', () => {
  it('makes a volume group of whole extents, a little smaller than the disk', async () => {
    const report = await setUpDevice(rig.hosts, HOST, device);
    expect(report.totalKib).toBe(report.freeKib);
    expect(report).toMatchObject({ usedKib: 0, extentKib: 4096 });
    expect(Math.floor(report.totalKib / KIB_PER_GIB)).toBe(199);
    expect(report.pvUuid).toMatch(/^[\w-]{38}$/);
    expect(report.paths).toEqual(['/dev/disk/by-path/simulated-sdb', '/dev/sdb']);
  });

  it('refuses a device of another volume group and names its physical volume', async () => {
    const { pvUuid } = await setUpDevice(rig.hosts, HOST, device);
    const before = rig.simulated.state();
    await expect(setUpDevice(rig.hosts, HOST, other)).rejects.toThrow(`already contains Physical Volume ${pvUuid}`);
    expect(rig.simulated.state()).toEqual(before);
  });

  it('refuses a device that does not exist', async () => {
    await expect(setUpDevice(rig.hosts, HOST, { ...device, name: '/dev/nope' })).rejects.toThrow(
      /Initializing device \/dev\/nope failed.*No device found/,
    );
  });

  it('refuses a device with a file system unless told to wipe it', async () => {
    await rig.hosts.executor.run(HOST, [{ argv: ['mkfs.xfs', '/dev/sdb'], timeoutMs: 1000 }]);
    await expect(setUpDevice(rig.hosts, HOST, device)).rejects.toThrow(/already initialized or contains data\?/);
    await expect(setUpDevice(rig.hosts, HOST, { ...device, wipe: true })).resolves.toMatchObject({ usedKib: 0 });
  });

  it('says so when the device could not be inspected after a failure', async () => {
    rig.simulated.setFaults([
      { kind: 'fail', match: 'pvcreate', exitCode: 5, stderr: 'bad sector' },
      { kind: 'lose-link', match: ' pvs ' },
    ]);
    await expect(setUpDevice(rig.hosts, HOST, device)).rejects.toThrow('failed to check device contents): bad sector');
  });

  it('leaves the disk as it was when any later step fails', async () => {
    const before = rig.simulated.state();
    for (let nth = 1; nth <= 5; nth++) {
      if (nth === 4) continue; // udevadm's links are not needed
      rig.simulated.setFaults([{ kind: 'fail', nth, stderr: 'it broke' }]);
      await expect(setUpDevice(rig.hosts, HOST, device), `command ${nth}`).rejects.toThrow(DomainError);
      expect(rig.simulated.state(), `after command ${nth}`).toEqual(before);
    }
  });

  it('reports only its own name when the host knows no links', async () => {
    rig.simulated.setFaults([{ kind: 'fail', match: 'udevadm' }]);
    expect((await setUpDevice(rig.hosts, HOST, device)).paths).toEqual(['/dev/sdb']);
  });

  it('does not take a lost link for a refusal', async () => {
    rig.simulated.setFaults([{ kind: 'lose-link', match: 'vgcreate', after: true }]);
    await expect(setUpDevice(rig.hosts, HOST, device)).rejects.toThrow(TransportError);
  });
});

describe('reading a device again', () => {
  it('shows the space that bricks take, the spare metadata included', async () => {
    const report = await setUpDevice(rig.hosts, HOST, device);
    await createBrick(rig.hosts, HOST, brick(1, 1));
    const { sizeKib, extents, freeExtents, extentKib } = await groupOf(rig.hosts, HOST, device.deviceId);
    expect(sizeKib).toBe(report.totalKib);
    expect((extents - freeExtents) * extentKib).toBe(10 * KIB_PER_GIB + 2 * 53248);
  });

  it('tells what the device is to LVM', async () => {
    expect(await inspectDevice(rig.hosts, HOST, '/dev/sdb')).toMatchObject({ pvUuid: null, vgName: null });
    const { pvUuid } = await setUpDevice(rig.hosts, HOST, device);
    expect(await inspectDevice(rig.hosts, HOST, '/dev/sdb')).toMatchObject({ pvUuid, vgName: `vg_${device.deviceId}` });
  });
});

describe('tearing a device down', () => {
  it('gives the disk back, and may be repeated', async () => {
    const before = rig.simulated.state();
    const report = await setUpDevice(rig.hosts, HOST, device);
    await tearDownDevice(rig.hosts, HOST, known(report));
    expect(rig.simulated.state()).toEqual(before);
    await tearDownDevice(rig.hosts, HOST, known(report));
    expect(rig.simulated.state()).toEqual(before);
  });

  it('finishes what an attempt cut off after any command left', async () => {
    const before = rig.simulated.state();
    for (let nth = 1; nth <= 5; nth++) {
      const report = await setUpDevice(rig.hosts, HOST, device);
      rig.simulated.setFaults([{ kind: 'lose-link', nth, after: true }]);
      await expect(tearDownDevice(rig.hosts, HOST, known(report)), `command ${nth}`).rejects.toThrow(TransportError);
      rig.simulated.setFaults([]);
      await tearDownDevice(rig.hosts, HOST, known(report));
      expect(rig.simulated.state(), `after command ${nth}`).toEqual(before);
    }
  });

  it('takes back a physical volume that never got its volume group', async () => {
    const before = rig.simulated.state();
    rig.simulated.setFaults([{ kind: 'lose-link', match: 'pvcreate', after: true }]);
    await expect(setUpDevice(rig.hosts, HOST, device)).rejects.toThrow(TransportError);
    await tearDownDevice(rig.hosts, HOST, { ...device, paths: [], pvUuid: '' });
    expect(rig.simulated.state()).toEqual(before);
  });

  it('never removes a volume group that holds bricks', async () => {
    const report = await setUpDevice(rig.hosts, HOST, device);
    await createBrick(rig.hosts, HOST, brick(1, 1));
    const before = rig.simulated.state();
    await expect(tearDownDevice(rig.hosts, HOST, known(report))).rejects.toThrow(
      `Failed to delete device /dev/disk/by-id/lvm-pv-uuid-${report.pvUuid} with id ${device.deviceId} on host ${HOST}`,
    );
    await forgetDevice(rig.hosts, HOST, known(report));
    expect(rig.simulated.state()).toEqual(before);
  });

  it('leaves a physical volume of another group alone', async () => {
    await setUpDevice(rig.hosts, HOST, other);
    const before = rig.simulated.state();
    await tearDownDevice(rig.hosts, HOST, { ...device, paths: [], pvUuid: '' });
    expect(rig.simulated.state()).toEqual(before);
  });

  it('forgets a device whose host is down', async () => {
    const report = await setUpDevice(rig.hosts, HOST, device);
    rig.simulated.setHostUp(HOST, false);
    await expect(tearDownDevice(rig.hosts, HOST, known(report))).rejects.toThrow(TransportError);
    await expect(forgetDevice(rig.hosts, HOST, known(report))).resolves.toBeUndefined();
  });
});
