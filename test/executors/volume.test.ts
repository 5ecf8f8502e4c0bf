import { beforeEach, describe, expect, it } from 'vitest';
import { type BrickSpec, createBrick, destroyBrick } from '../../src/executors/commands/brick/brick.js';
import { setUpDevice } from '../../src/executors/commands/device/lvm-device.js';
import {
  addBricks,
  createGlusterVolume,
  deleteGlusterVolume,
  healInfo,
  replaceBrick,
  startRebalance,
  startVolume,
  stopVolume,
  volumeInfo,
} from '../../src/executors/commands/gluster/gluster-volume.js';
import { detachPeer, isGlusterdUp, listPeers, probePeer } from '../../src/executors/commands/gluster/glusterd.js';
import { CommandError } from '../../src/executors/executor.js';
import { failsWith } from '../../src/executors/failures/failures.js';
import { brick, deviceId, type Rig, strictRig, volume } from './support.js';

const HOST = 'n1.manage';

let rig: Rig;
let nextBrick = 1;
beforeEach(async () => {
  rig = strictRig(3);
  await prepare(rig);
});

async function prepare({ hosts }: Rig): Promise<void> {
  for (const n of [2, 3]) await probePeer(hosts, HOST, `n${n}.storage`);
  for (const n of [1, 2, 3])
    await setUpDevice(hosts, `n${n}.manage`, { deviceId: deviceId(n), name: '/dev/sdb', wipe: false });
}

async function brickSet(hosts: readonly number[] = [1, 2, 3]): Promise<(readonly [number, BrickSpec])[]> {
  const made = hosts.map((host) => [host, brick(nextBrick++, host)] as const);
  for (const [host, spec] of made) await createBrick(rig.hosts, `n${host}.manage`, spec);
  return made;
}

describe('peers', () => {
  it('join once, and joining again is success', async () => {
    await probePeer(rig.hosts, HOST, 'n2.storage');
    await probePeer(rig.hosts, HOST, 'n1.storage');
    const peers = await listPeers(rig.hosts, HOST);
    expect(peers.map(({ name, isConnected }) => [name, isConnected])).toEqual([
      ['n2.storage', true],
      ['n3.storage', true],
      ['localhost', true],
    ]);
  });

  it('leave, and leaving again is success', async () => {
    await detachPeer(rig.hosts, HOST, 'n3.storage');
    await detachPeer(rig.hosts, HOST, 'n3.storage');
    expect(await listPeers(rig.hosts, 'n3.manage')).toHaveLength(1);
  });

  it('that do not answer are refused, and a glusterd that can not be asked is down', async () => {
    await expect(probePeer(rig.hosts, HOST, 'nobody')).rejects.toThrow('Transport endpoint is not connected');
    expect(await isGlusterdUp(rig.hosts, HOST)).toBe(true);
    rig.simulated.setGlusterdUp(HOST, false);
    expect(await isGlusterdUp(rig.hosts, HOST)).toBe(false);
    await expect(listPeers(rig.hosts, HOST)).rejects.toThrow('Connection failed');
    rig.simulated.setHostUp('n2.manage', false);
    expect(await isGlusterdUp(rig.hosts, 'n2.manage')).toBe(false);
  });

  it('with bricks stay', async () => {
    await createGlusterVolume(rig.hosts, HOST, volume('v', await brickSet()));
    await expect(detachPeer(rig.hosts, HOST, 'n2.storage')).rejects.toThrow('hosts one or more bricks');
  });

  it('get the snapshot limit when one is set', async () => {
    const limited = strictRig(2, {}, { snapshotLimit: 7 });
    await probePeer(limited.hosts, HOST, 'n2.storage');
    limited.simulated.setFaults([{ kind: 'fail', match: 'snap-max-hard-limit 7', stderr: 'no limit' }]);
    await expect(probePeer(limited.hosts, HOST, 'n2.storage')).rejects.toThrow('no limit');
  });
});

describe('a volume', () => {
  it('is created with all sets, its options and its id, and started', async () => {
    const sets = [...(await brickSet()), ...(await brickSet()), ...(await brickSet())];
    const options = ['performance.cache-size 64MB', '', '  ', 'auth.allow 10.0.0.*, 10.1.0.1'];
    await createGlusterVolume(rig.hosts, HOST, volume('v', sets, { options }));
    const found = await volumeInfo(rig.hosts, 'n3.manage', 'v');
    expect(found).toMatchObject({ name: 'v', status: 1, type: 7, brickCount: 9, replicaCount: 3, arbiterCount: 0 });
    expect(found?.bricks.map((b) => b.name)).toEqual(sets.map(([host, { path }]) => `n${host}.storage:${path}`));
    const set = Object.fromEntries(found?.options.map(({ name, value }) => [name, value]) ?? []);
    expect(set).toMatchObject({
      'performance.cache-size': '64MB',
      'auth.allow': '10.0.0.*, 10.1.0.1',
      'user.heketi.id': 'v'.padStart(32, 'f'),
    });
  });

  it('has an arbiter last in each set', async () => {
    const sets = [...(await brickSet()), ...(await brickSet())];
    await createGlusterVolume(rig.hosts, HOST, volume('v', sets, { isArbiter: true }));
    const found = await volumeInfo(rig.hosts, HOST, 'v');
    expect(found?.arbiterCount).toBe(1);
    expect(found?.bricks.map((b) => b.isArbiter)).toEqual([false, false, true, false, false, true]);
  });

  it('has an arbiter in sets of three bricks only, whichever way these are ordered', async () => {
    const of = (replica: number) => ({ type: 'replicate', replica, disperseData: 0, disperseRedundancy: 0 }) as const;
    const set = await brickSet();
    const pair = volume('v', set.slice(0, 2), { isArbiter: true, durability: of(2) });
    await expect(createGlusterVolume(rig.hosts, HOST, pair)).rejects.toThrow('Failed to create volume files');
    const four = volume('v', [...set, ...(await brickSet([1]))], { isArbiter: true, durability: of(4) });
    await expect(createGlusterVolume(rig.hosts, HOST, four)).rejects.toThrow('For arbiter configuration');
    const command = ['gluster', 'volume', 'create', 'v', 'replica', '2', 'arbiter', '1'];
    const bricks = volume('v', set).bricks.map(({ host, path }) => `${host}:${path}`);
    await rig.hosts.executor.run(HOST, [{ argv: [...command, ...bricks], timeoutMs: 1000 }]);
    const found = await volumeInfo(rig.hosts, HOST, 'v');
    expect(found).toMatchObject({ replicaCount: 3, arbiterCount: 1 });
    expect(found?.bricks.map((b) => b.isArbiter)).toEqual([false, false, true]);
  });

  it('may be dispersed or have no redundancy', async () => {
    const disperse = { type: 'disperse', replica: 0, disperseData: 2, disperseRedundancy: 1 } as const;
    await createGlusterVolume(rig.hosts, HOST, volume('d', await brickSet(), { durability: disperse }));
    expect(await volumeInfo(rig.hosts, HOST, 'd')).toMatchObject({ type: 4, disperseCount: 3, redundancyCount: 1 });
    const none = { type: 'none', replica: 0, disperseData: 0, disperseRedundancy: 0 } as const;
    await createGlusterVolume(rig.hosts, HOST, volume('n', await brickSet([1, 1, 2]), { durability: none }));
    expect(await volumeInfo(rig.hosts, HOST, 'n')).toMatchObject({ type: 0, brickCount: 3 });
  });

  it('grows by whole sets and can be rebalanced', async () => {
    await createGlusterVolume(rig.hosts, HOST, volume('v', await brickSet()));
    await expect(startRebalance(rig.hosts, HOST, 'v')).rejects.toThrow('not a distribute volume');
    await addBricks(rig.hosts, HOST, volume('v', await brickSet()));
    expect(await volumeInfo(rig.hosts, HOST, 'v')).toMatchObject({ brickCount: 6 });
    await startRebalance(rig.hosts, HOST, 'v');
  });

  it('keeps its place when a brick is replaced', async () => {
    const set = await brickSet();
    await createGlusterVolume(rig.hosts, HOST, volume('v', set));
    const [fresh] = await brickSet([2]);
    const [, old] = set;
    if (!fresh || !old) throw new Error('no bricks');
    const address = ([host, { path }]: readonly [number, BrickSpec]) => ({ host: `n${host}.storage`, path });
    await replaceBrick(rig.hosts, HOST, 'v', address(old), address(fresh));
    expect((await volumeInfo(rig.hosts, HOST, 'v'))?.bricks[1]?.name).toBe(`n2.storage:${fresh[1].path}`);
    await expect(replaceBrick(rig.hosts, HOST, 'v', address(old), address(fresh))).rejects.toThrow(
      'does not exist in volume: v',
    );
  });

  it('shows what waits to be healed', async () => {
    await createGlusterVolume(rig.hosts, HOST, volume('v', await brickSet()));
    rig.simulated.setHealEntries('v', 4);
    rig.simulated.setHostUp('n2.manage', false);
    expect((await healInfo(rig.hosts, HOST, 'v')).map(({ entries }) => entries)).toEqual([4, null, 4]);
    await expect(healInfo(rig.hosts, HOST, 'nope')).rejects.toThrow('Volume nope does not exist');
  });

  it('stops and starts, each also when it is so already', async () => {
    await createGlusterVolume(rig.hosts, HOST, volume('v', await brickSet()));
    for (const expected of [2, 2]) {
      await stopVolume(rig.hosts, HOST, 'v');
      expect((await volumeInfo(rig.hosts, HOST, 'v'))?.status).toBe(expected);
    }
    await startVolume(rig.hosts, HOST, 'v');
    await startVolume(rig.hosts, HOST, 'v');
    expect((await volumeInfo(rig.hosts, HOST, 'v'))?.status).toBe(1);
  });

  it('that does not exist is null, but a glusterd that does not answer is an error', async () => {
    expect(await volumeInfo(rig.hosts, HOST, 'nope')).toBeNull();
    rig.simulated.setGlusterdUp(HOST, false);
    await expect(volumeInfo(rig.hosts, HOST, 'nope')).rejects.toThrow('Connection failed');
  });
});

describe('deleting a volume', () => {
  it('frees its bricks, and may be repeated', async () => {
    const set = await brickSet();
    await createGlusterVolume(rig.hosts, HOST, volume('v', set));
    const [, first = brick(0, 1)] = set[0] ?? [];
    await expect(destroyBrick(rig.hosts, HOST, first)).rejects.toThrow("gluster's volume v uses the file system at ");
    await expect(destroyBrick(rig.hosts, HOST, first, { doomed: 'v' })).rejects.toThrow('target is busy');
    const paths = set.map(([, { path }]) => path);
    expect(await deleteGlusterVolume(rig.hosts, HOST, 'v', paths)).toEqual({ outcome: 'deleted', users: [] });
    expect(await deleteGlusterVolume(rig.hosts, HOST, 'v')).toEqual({ outcome: 'absent', users: null });
    for (const [host, spec] of set)
      expect(await destroyBrick(rig.hosts, `n${host}.manage`, spec)).toEqual({ poolRemoved: true });
  });

  it('is refused while one of its hosts is down', async () => {
    await createGlusterVolume(rig.hosts, HOST, volume('v', await brickSet()));
    rig.simulated.setHostUp('n3.manage', false);
    await expect(deleteGlusterVolume(rig.hosts, HOST, 'v')).rejects.toThrow('Some of the peers are down');
  });

  it('names the lock of another transaction, not what follows from it', async () => {
    await createGlusterVolume(rig.hosts, HOST, volume('v', await brickSet()));
    rig.simulated.setFaults([
      {
        kind: 'fail',
        match: 'volume stop',
        stderr: 'volume stop: v: failed: Another transaction is in progress for v. Please try again after some time.',
      },
    ]);
    const error = await deleteGlusterVolume(rig.hosts, HOST, 'v').catch((e: unknown) => e);
    expect(error).toBeInstanceOf(CommandError);
    expect(failsWith(error as CommandError, 'another transaction in progress')).toBe(true);
  });
});

describe('gluster refuses', () => {
  it('a name that is taken, and bricks that are in use', async () => {
    const set = await brickSet();
    await createGlusterVolume(rig.hosts, HOST, volume('v', set));
    await expect(createGlusterVolume(rig.hosts, HOST, volume('v', await brickSet()))).rejects.toThrow(
      'Volume v already exists',
    );
    await expect(createGlusterVolume(rig.hosts, HOST, volume('w', set))).rejects.toThrow(
      'may be containing or be contained by an existing brick',
    );
  });

  it('directories that a deleted volume has marked', async () => {
    const set = await brickSet();
    await createGlusterVolume(rig.hosts, HOST, volume('v', set));
    await deleteGlusterVolume(rig.hosts, HOST, 'v');
    await expect(createGlusterVolume(rig.hosts, HOST, volume('v', set))).rejects.toThrow('is already part of a volume');
  });

  it('hosts that are no peers, bricks outside a mount, and sets on one host', async () => {
    const set = await brickSet();
    await detachPeer(rig.hosts, HOST, 'n3.storage');
    await expect(createGlusterVolume(rig.hosts, HOST, volume('v', set))).rejects.toThrow(
      "Host n3.storage is not in 'Peer in Cluster' state",
    );
    const none = { type: 'none', replica: 0, disperseData: 0, disperseRedundancy: 0 } as const;
    const outside = volume('v', [[1, { ...brick(1, 1), path: '/var/log/brick' }]], { durability: none });
    await expect(createGlusterVolume(rig.hosts, HOST, outside)).rejects.toThrow('created in the root partition');
    await expect(createGlusterVolume(rig.hosts, HOST, volume('v', await brickSet([1, 1, 2])))).rejects.toThrow(
      'present on the same server',
    );
  });

  it('options it does not know, and volumes on a host that is down', async () => {
    await expect(
      createGlusterVolume(rig.hosts, HOST, volume('v', await brickSet(), { options: ['no.such.option 1'] })),
    ).rejects.toThrow('does not exist');
    rig.simulated.setHostUp('n2.manage', false);
    await expect(
      createGlusterVolume(
        rig.hosts,
        HOST,
        volume('w', await brickSet([1, 3]).then((b) => [...b, [2, brick(500, 2)] as const])),
      ),
    ).rejects.toThrow('Host n2.storage not connected');
  });

  it('a second change of a volume while the first runs', async () => {
    rig = strictRig(3, { latency: { programMs: { 'gluster volume set': 5 } } });
    await prepare(rig);
    await createGlusterVolume(rig.hosts, HOST, volume('v', await brickSet()));
    const set = (value: string) =>
      rig.hosts.executor.run(HOST, [{ argv: ['gluster', 'volume', 'set', 'v', 'user.a', value], timeoutMs: 1000 }]);
    const [[first], [second]] = await Promise.all([set('1'), set('2')]);
    expect(first?.exitCode).toBe(0);
    expect(second?.stderr).toContain('Another transaction is in progress for v');
  });
});
