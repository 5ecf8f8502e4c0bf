import { beforeEach, describe, expect, it } from 'vitest';
import { createBrick } from '../../src/executors/commands/brick/brick.js';
import { setUpDevice } from '../../src/executors/commands/device/lvm-device.js';
import {
  blockVolumeInfo,
  createBlockVolume,
  deleteBlockVolume,
  expandBlockVolume,
  listBlockVolumes,
} from '../../src/executors/commands/gluster/gluster-block.js';
import { createGlusterVolume } from '../../src/executors/commands/gluster/gluster-volume.js';
import { probePeer } from '../../src/executors/commands/gluster/glusterd.js';
import { CommandError, TransportError } from '../../src/executors/executor.js';
import { brick, deviceId, type Rig, strictRig, volume } from './support.js';

const HOST = 'n1.manage';
const BLOCK = { hostingVolume: 'bhv', name: 'b1' } as const;
const SPEC = {
  ...BLOCK,
  haCount: 3,
  hasAuth: true,
  hosts: ['n1.storage', 'n2.storage', 'n3.storage'],
  sizeGib: 2,
} as const;

let rig: Rig;
beforeEach(async () => {
  rig = strictRig(3);
  for (const n of [2, 3]) await probePeer(rig.hosts, HOST, `n${n}.storage`);
  const bricks = [1, 2, 3].map((host) => [host, brick(host, host)] as const);
  for (const [host, spec] of bricks) {
    await setUpDevice(rig.hosts, `n${host}.manage`, { deviceId: deviceId(host), name: '/dev/sdb', wipe: false });
    await createBrick(rig.hosts, `n${host}.manage`, spec);
  }
  await createGlusterVolume(rig.hosts, HOST, volume('bhv', bricks, { options: ['group gluster-block'] }));
});

describe('a block volume', () => {
  it('is created with credentials when asked, and shown with them', async () => {
    const created = await createBlockVolume(rig.hosts, HOST, SPEC);
    expect(created.iqn).toMatch(/^iqn\.2016-12\.org\.gluster-block:/);
    expect(created.password).not.toBe('');
    expect(await blockVolumeInfo(rig.hosts, HOST, BLOCK)).toEqual({
      ...BLOCK,
      iqn: created.iqn,
      username: created.username,
      password: created.password,
      haCount: 3,
      sizeGib: 2,
      sizeText: '2.0 GiB',
      behind: new Map(),
      failedHosts: [],
      hosts: SPEC.hosts,
    });
    expect(await listBlockVolumes(rig.hosts, HOST, 'bhv')).toEqual(['b1']);
  });

  it('has no credentials otherwise', async () => {
    expect(await createBlockVolume(rig.hosts, HOST, { ...SPEC, hasAuth: false })).toMatchObject({
      username: '',
      password: '',
    });
  });

  it('grows to its new size', async () => {
    await createBlockVolume(rig.hosts, HOST, SPEC);
    await expandBlockVolume(rig.hosts, HOST, BLOCK, 5);
    expect((await blockVolumeInfo(rig.hosts, HOST, BLOCK))?.sizeGib).toBe(5);
    await expect(expandBlockVolume(rig.hosts, HOST, BLOCK, 5)).rejects.toThrow(
      /Failed to expand block volume: .* is same as current size .*retry the operation/,
    );
  });

  it('is deleted once; again, or on a hosting volume that is gone, it is absent', async () => {
    await createBlockVolume(rig.hosts, HOST, SPEC);
    expect(await deleteBlockVolume(rig.hosts, HOST, BLOCK)).toBe('deleted');
    expect(await deleteBlockVolume(rig.hosts, HOST, BLOCK)).toBe('absent');
    expect(await deleteBlockVolume(rig.hosts, HOST, { ...BLOCK, hostingVolume: 'gone' })).toBe('absent');
    expect(await blockVolumeInfo(rig.hosts, HOST, BLOCK)).toBeNull();
  });

  it('is refused without space, twice, or on more hosts than named', async () => {
    await expect(createBlockVolume(rig.hosts, HOST, { ...SPEC, sizeGib: 100 })).rejects.toThrow(
      'Failed to create block volume: Low space on the volume bhv',
    );
    await createBlockVolume(rig.hosts, HOST, SPEC);
    await expect(createBlockVolume(rig.hosts, HOST, SPEC)).rejects.toThrow('already EXIST');
    await expect(createBlockVolume(rig.hosts, HOST, { ...SPEC, name: 'b2', haCount: 4 })).rejects.toThrow(
      'multipath req: 4',
    );
  });

  it.for([
    ['Did not receive any response from gluster-block daemon. Please check log files to find the reason', 255],
    ['', 1],
  ] as const)(
    'is neither made, grown nor deleted, nor refused, when the daemon may go on: "%s"',
    async ([text, exitCode]) => {
      rig.simulated.setFaults([
        { kind: 'fail', after: true, match: '^gluster-block', exitCode, times: 3, stderr: text },
      ]);
      for (const change of [
        () => createBlockVolume(rig.hosts, HOST, SPEC),
        () => expandBlockVolume(rig.hosts, HOST, BLOCK, 5),
        () => deleteBlockVolume(rig.hosts, HOST, BLOCK),
      ]) {
        const error = await change().catch((e: unknown) => e);
        expect(error).toBeInstanceOf(TransportError);
        expect(error).toMatchObject({ mayHaveRun: true });
      }
    },
  );

  it('is not taken for deleted when gluster-block says nothing', async () => {
    await createBlockVolume(rig.hosts, HOST, SPEC);
    rig.simulated.setFaults([{ kind: 'fail', match: '^gluster-block delete', exitCode: 0, stderr: '' }]);
    await expect(deleteBlockVolume(rig.hosts, HOST, BLOCK)).rejects.toThrow(
      'Failed to delete block volume: gluster-block on n1.manage ended with exit code 0 and did not say why',
    );
    expect(await listBlockVolumes(rig.hosts, HOST, 'bhv')).toEqual(['b1']);
  });

  it('never puts a password into an error', async () => {
    rig.simulated.setFaults([
      {
        kind: 'fail',
        after: true,
        match: 'create',
        exitCode: 1,
        stderr: '{"RESULT":"FAIL","errMsg":"broken","PASSWORD":"hunter2"}',
      },
    ]);
    const error = await createBlockVolume(rig.hosts, HOST, SPEC).catch((e: unknown) => e as CommandError);
    expect(error).toBeInstanceOf(CommandError);
    expect(JSON.stringify({ ...(error as CommandError), message: (error as CommandError).message })).not.toContain(
      'hunter2',
    );
  });
});
