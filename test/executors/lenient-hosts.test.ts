import { beforeEach, describe, expect, it } from 'vitest';
import { createBrick, destroyBrick } from '../../src/executors/commands/brick/brick.js';
import { inspectDevice, setUpDevice } from '../../src/executors/commands/device/lvm-device.js';
import { tearDownDevice } from '../../src/executors/commands/device/lvm-device-removal.js';
import { cloneVolume } from '../../src/executors/commands/gluster/gluster-snapshot.js';
import {
  createGlusterVolume,
  deleteGlusterVolume,
  volumeInfo,
} from '../../src/executors/commands/gluster/gluster-volume.js';
import { detachPeer, isGlusterdUp, listPeers, probePeer } from '../../src/executors/commands/gluster/glusterd.js';
import { brick, deviceId, groupOf, KIB_PER_GIB, lenientRig, type Rig, volume } from './support.js';

const HOST = 'n1.manage';
const device = { deviceId: deviceId(1), name: '/dev/sdb', wipe: false };
const EMPTY_DEVICE = {
  pvUuid: '',
  paths: [],
  totalKib: 500 * KIB_PER_GIB,
  freeKib: 500 * KIB_PER_GIB,
  usedKib: 0,
  extentKib: 4096,
};

let rig: Rig;
beforeEach(() => {
  rig = lenientRig();
});

describe('lenient hosts', () => {
  it('exist when they are asked, with running glusterds', async () => {
    expect(await isGlusterdUp(rig.hosts, 'anything')).toBe(true);
    await probePeer(rig.hosts, HOST, 'whoever');
    expect((await listPeers(rig.hosts, HOST)).map((peer) => peer.name)).toEqual(['whoever', 'localhost']);
    await detachPeer(rig.hosts, HOST, 'whoever');
    expect(await listPeers(rig.hosts, HOST)).toHaveLength(1);
  });

  it('take any device as exactly as large as configured, and report no UUID and no paths', async () => {
    expect(await setUpDevice(rig.hosts, HOST, device)).toEqual(EMPTY_DEVICE);
    expect(await inspectDevice(rig.hosts, HOST, '/dev/sdb')).toMatchObject({ pvUuid: null });
  });

  it('take a device that is in use already', async () => {
    await setUpDevice(rig.hosts, HOST, device);
    await expect(setUpDevice(rig.hosts, HOST, { ...device, deviceId: deviceId(2) })).resolves.toEqual(EMPTY_DEVICE);
  });

  it('show a device as empty when it is read again, whatever it holds', async () => {
    await setUpDevice(rig.hosts, HOST, device);
    await createBrick(rig.hosts, HOST, brick(1, 1, { thinPoolKib: 9000 * KIB_PER_GIB }));
    const known = { deviceId: device.deviceId, name: device.name, paths: [], pvUuid: '' };
    const { sizeKib, extents, freeExtents, extentKib } = await groupOf(rig.hosts, HOST, device.deviceId);
    expect({ sizeKib, extentKib, freeExtents }).toEqual({
      sizeKib: EMPTY_DEVICE.totalKib,
      extentKib: EMPTY_DEVICE.extentKib,
      freeExtents: extents,
    });
    await expect(tearDownDevice(rig.hosts, HOST, known)).resolves.toBeUndefined();
  });

  it('accept any volume name, option and brick, but keep what they were given', async () => {
    const odd = volume(
      'näme with spaces',
      [
        [1, brick(1, 1)],
        [2, brick(2, 2)],
        [3, brick(3, 3)],
      ],
      { options: ['no.such.option a b', 'nonsense'] },
    );
    await createGlusterVolume(rig.hosts, HOST, odd);
    const found = await volumeInfo(rig.hosts, HOST, odd.name);
    expect(found?.bricks.map((b) => b.name)).toEqual(odd.bricks.map(({ host, path }) => `${host}:${path}`));
    expect(found?.options).toContainEqual({ name: 'no.such.option', value: 'a b' });
    const { clone } = await cloneVolume(rig.hosts, HOST, { source: odd.name, clone: 'c', snapshot: 's' });
    expect(clone.bricks).toHaveLength(3);
    expect(await deleteGlusterVolume(rig.hosts, HOST, odd.name)).toMatchObject({ outcome: 'deleted' });
  });

  it('let bricks be destroyed that they never had', async () => {
    expect(await destroyBrick(rig.hosts, HOST, brick(1, 1))).toEqual({ poolRemoved: true });
  });

  it('become one host when a node record joins their names', async () => {
    await createGlusterVolume(
      rig.hosts,
      HOST,
      volume('v', [
        [1, brick(1, 1)],
        [2, brick(2, 2)],
        [3, brick(3, 3)],
      ]),
    );
    rig.simulated.linkNames(HOST, 'n1.storage');
    rig.simulated.linkNames('n2.manage', 'n2.storage');
    expect(await volumeInfo(rig.hosts, 'n2.manage', 'v')).toMatchObject({ brickCount: 3 });
    expect(rig.simulated.state().hosts.map(({ manage, storage }) => [manage, storage])).toEqual([
      [HOST, 'n1.storage'],
      ['n2.manage', 'n2.storage'],
      ['', 'n3.storage'],
    ]);
  });
});
