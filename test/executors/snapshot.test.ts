import { beforeEach, describe, expect, it } from 'vitest';
import { type BrickSpec, createBrick, destroyBrick } from '../../src/executors/commands/brick/brick.js';
import { setUpDevice } from '../../src/executors/commands/device/lvm-device.js';
import { cloneVolume, deleteSnapshot, snapshotCount } from '../../src/executors/commands/gluster/gluster-snapshot.js';
import {
  createGlusterVolume,
  deleteGlusterVolume,
  type GlusterVolume,
  stopVolume,
  volumeInfo,
} from '../../src/executors/commands/gluster/gluster-volume.js';
import { probePeer } from '../../src/executors/commands/gluster/glusterd.js';
import { TransportError } from '../../src/executors/executor.js';
import type { HostsState } from '../../src/executors/mock/world/state.js';
import { brick, deviceId, type Rig, strictRig, volume } from './support.js';

const HOST = 'n1.manage';
const ORDER = { source: 'v', clone: 'c', snapshot: 'tmpsnap_1' } as const;
const CLONE_COMMANDS = 4;

let rig: Rig;
let bricks: readonly (readonly [number, BrickSpec])[];
let before: HostsState;
beforeEach(async () => {
  rig = strictRig(3);
  for (const n of [2, 3]) await probePeer(rig.hosts, HOST, `n${n}.storage`);
  bricks = [1, 2, 3].map((host) => [host, brick(host, host)]);
  for (const [host, spec] of bricks) {
    await setUpDevice(rig.hosts, `n${host}.manage`, { deviceId: deviceId(host), name: '/dev/sdb', wipe: false });
    await createBrick(rig.hosts, `n${host}.manage`, spec);
  }
  await createGlusterVolume(rig.hosts, HOST, volume('v', bricks));
  before = rig.simulated.state();
});

/** As an operation would: gluster leaves a deleted clone's logical volumes mounted. */
async function removeClone(clone: GlusterVolume): Promise<void> {
  await deleteGlusterVolume(rig.hosts, HOST, clone.name);
  for (const [i, [host, spec]] of bricks.entries()) {
    const path = clone.bricks[i]?.name.replace(/^[^:]*:/, '') ?? '';
    const place = { ...spec, path, lv: `${clone.id.replaceAll('-', '')}_0` };
    expect(await destroyBrick(rig.hosts, `n${host}.manage`, place)).toEqual({ poolRemoved: false });
  }
}

/** Directories of removed clones stay behind in /run, as with the real glusterd. */
function withoutRun(state: HostsState): HostsState {
  return {
    ...state,
    hosts: state.hosts.map((host) => ({
      ...host,
      directories: host.directories.filter((path) => !path.startsWith('/run/')),
    })),
  };
}

describe('cloning a volume', () => {
  it('makes a started volume on thin snapshots and leaves no snapshot', async () => {
    const { clone } = await cloneVolume(rig.hosts, HOST, ORDER);
    expect(clone).toMatchObject({ name: 'c', status: 1, brickCount: 3 });
    for (const [i, made] of clone.bricks.entries()) {
      expect(made.name).toBe(
        `n${i + 1}.storage:/run/gluster/snaps/${clone.id.replaceAll('-', '')}/brick${i + 1}/brick`,
      );
    }
    expect(await snapshotCount(rig.hosts, HOST, 'v')).toBe(0);
    expect(rig.simulated.state().pools[0]?.snapshots).toEqual([]);
  });

  it('can be undone, the source untouched', async () => {
    await removeClone((await cloneVolume(rig.hosts, HOST, ORDER)).clone);
    expect(withoutRun(rig.simulated.state())).toEqual(withoutRun(before));
  });

  it('keeps the pools until the last of source and clone goes', async () => {
    const { clone } = await cloneVolume(rig.hosts, HOST, ORDER);
    await deleteGlusterVolume(rig.hosts, HOST, 'v');
    for (const [host, spec] of bricks)
      expect(await destroyBrick(rig.hosts, `n${host}.manage`, spec)).toEqual({ poolRemoved: false });
    await deleteGlusterVolume(rig.hosts, HOST, 'c');
    for (const [i, [host, spec]] of bricks.entries()) {
      const path = clone.bricks[i]?.name.replace(/^[^:]*:/, '') ?? '';
      const place = { ...spec, path, lv: `${clone.id.replaceAll('-', '')}_0` };
      expect(await destroyBrick(rig.hosts, `n${host}.manage`, place)).toEqual({ poolRemoved: true });
    }
    expect(rig.simulated.state().hosts.map((host) => host.groups[0]?.usedExtents)).toEqual([0, 0, 0]);
  });

  it('removes the snapshot when a step fails, and leaves the clone to the caller', async () => {
    for (let nth = 1; nth <= CLONE_COMMANDS; nth++) {
      rig.simulated.setFaults([{ kind: 'fail', nth, stderr: 'it broke' }]);
      await expect(cloneVolume(rig.hosts, HOST, ORDER), `command ${nth}`).rejects.toThrow('it broke');
      rig.simulated.setFaults([]);
      const clone = await volumeInfo(rig.hosts, HOST, 'c');
      expect(clone !== null, `clone after command ${nth}`).toBe(nth === CLONE_COMMANDS);
      if (clone) await removeClone(clone);
      expect(withoutRun(rig.simulated.state()), `after command ${nth}`).toEqual(withoutRun(before));
    }
  });

  it('leaves everything to the caller when the link was lost', async () => {
    rig.simulated.setFaults([{ kind: 'lose-link', match: 'snapshot activate', after: true }]);
    await expect(cloneVolume(rig.hosts, HOST, ORDER)).rejects.toThrow(TransportError);
    expect(await snapshotCount(rig.hosts, HOST, 'v')).toBe(1);
    await deleteSnapshot(rig.hosts, HOST, ORDER.snapshot);
    await deleteSnapshot(rig.hosts, HOST, ORDER.snapshot);
    expect(withoutRun(rig.simulated.state())).toEqual(withoutRun(before));
  });

  it('does not touch a volume that has the name already', async () => {
    await expect(cloneVolume(rig.hosts, HOST, { ...ORDER, clone: 'v' })).rejects.toThrow(
      'Volume with name:v already exists',
    );
    expect(withoutRun(rig.simulated.state())).toEqual(withoutRun(before));
  });

  it('is refused while the source is stopped or one of its hosts is down', async () => {
    rig.simulated.setHostUp('n2.manage', false);
    await expect(cloneVolume(rig.hosts, HOST, ORDER)).rejects.toThrow('One or more bricks may be down');
    rig.simulated.setHostUp('n2.manage', true);
    await stopVolume(rig.hosts, HOST, 'v');
    await expect(cloneVolume(rig.hosts, HOST, ORDER)).rejects.toThrow('volume v is not running');
  });
});

describe('snapshots', () => {
  it('keep their volume from being deleted', async () => {
    await rig.hosts.executor.run(HOST, [
      { argv: ['gluster', 'snapshot', 'create', 's', 'v', 'no-timestamp'], timeoutMs: 1000 },
    ]);
    expect(await snapshotCount(rig.hosts, HOST, 'v')).toBe(1);
    await expect(deleteGlusterVolume(rig.hosts, HOST, 'v')).rejects.toThrow('as it has 1 snapshots');
  });

  it('of a volume that does not exist are none', async () => {
    expect(await snapshotCount(rig.hosts, HOST, 'nope')).toBe(0);
  });
});
