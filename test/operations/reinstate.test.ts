import { describe, expect, it } from 'vitest';
import {
  ARBITER,
  bricksOf,
  DISPERSED,
  devicesOf,
  expectWhole,
  HOST,
  nodeOf,
  recordsOf,
  reinstated,
  SINGLE,
  withNode,
} from '../support/reinstated-node.js';

describe('a node whose machine was installed anew', () => {
  it('comes back with empty disks: devices, bricks and files as they were', () =>
    withNode([{}, ARBITER, { durability: DISPERSED }, { gid: 2000 }], async (scene) => {
      const before = { devices: await devicesOf(scene), bricks: await bricksOf(scene) };
      scene.hosts.reinstall(HOST);
      expect(await reinstated(scene)).toBeNull();
      await expectWhole(scene);
      expect(await bricksOf(scene)).toEqual(before.bricks);
      const after = await devicesOf(scene);
      expect(after.map(({ pvUuid: _, ...device }) => device)).toEqual(
        before.devices.map(({ pvUuid: _, ...device }) => device),
      );
      expect(after.map(({ pvUuid }) => pvUuid)).not.toEqual(before.devices.map(({ pvUuid }) => pvUuid));
      expect(await nodeOf(scene)).toMatchObject({ state: 'online' });
      expect(await recordsOf(scene)).toEqual([]);
    }));

  it('comes back where it is the one that the pool was made from: the others list it by no name of its record', () =>
    withNode(
      [{}],
      async (scene) => {
        scene.hosts.reinstall('h1');
        expect(await reinstated(scene)).toBeNull();
        await expectWhole(scene);
      },
      undefined,
      { host: 'h1' },
    ));

  it('comes back with the disks that it had: nothing on them is made anew', () =>
    withNode([{}, { durability: SINGLE, sizeGib: 30 }], async (scene) => {
      const before = await devicesOf(scene);
      scene.hosts.reinstall(HOST, { kept: ['/dev/sdb', '/dev/sdc'] });
      expect(await reinstated(scene)).toBeNull();
      await expectWhole(scene);
      expect(await devicesOf(scene)).toEqual(before);
    }));
});

describe('disks of a node that is reinstated', () => {
  it('are taken each for what it is: one kept, one empty', () =>
    withNode([{}, {}, {}], async (scene) => {
      scene.hosts.reinstall(HOST, { kept: ['/dev/sdb'] });
      expect(await reinstated(scene)).toBeNull();
      await expectWhole(scene);
    }));

  it('are found under other names', () =>
    withNode([{}, {}], async (scene) => {
      scene.hosts.reinstall(HOST, { kept: ['/dev/sdb'], renamed: { '/dev/sdb': '/dev/sdc', '/dev/sdc': '/dev/sdb' } });
      expect(await reinstated(scene)).toBeNull();
      await expectWhole(scene);
      const named = new Map((await devicesOf(scene)).map(({ name, paths }) => [name, paths]));
      expect(named.get('/dev/sdc')).toContain('/dev/disk/by-path/simulated-sdb');
      expect(named.get('/dev/sdb')).toContain('/dev/disk/by-path/simulated-sdc');
    }));

  it('are left alone unless they are empty; the rest is brought back, and what is missing told', () =>
    withNode([{}, {}, {}], async (scene) => {
      scene.hosts.reinstall(HOST);
      await scene.hosts.run(HOST, [{ argv: ['mkfs.xfs', '/dev/sdb'], timeoutMs: 1 }]);
      const error = await reinstated(scene);
      expect(error).toContain('/dev/disk/by-path/simulated-sdb on h3 is not known to be empty');
      expect(error).toContain('wipefs --all');
      expect(error).toContain('--disk');
      const disk = scene.hosts.state().hosts.find(({ manage }) => manage === HOST)?.devices;
      expect(disk).toContainEqual({ path: '/dev/sdb', contents: 'xfs' });
      expect(await nodeOf(scene)).toMatchObject({ state: 'offline' });
      await scene.hosts.run(HOST, [{ argv: ['wipefs', '--all', '/dev/sdb'], timeoutMs: 1 }]);
      expect(await reinstated(scene)).toBeNull();
      await expectWhole(scene);
      expect(await nodeOf(scene)).toMatchObject({ state: 'online' });
    }));

  it('are refused when they are too small for what the device had', () =>
    withNode([{ sizeGib: 60 }], async (scene) => {
      const [brick] = await bricksOf(scene);
      const device = (await devicesOf(scene)).find(({ id }) => id === brick?.deviceId);
      scene.hosts.reinstall(HOST, { exchanged: { [device?.name ?? '']: 20 * 1024 * 1024 } });
      expect(await reinstated(scene)).toMatch(/is \d+ MiB too small for the bricks of the device/);
    }));

  it('may be named by whoever has plugged them in elsewhere', () =>
    withNode([{}, {}], async (scene) => {
      const [first] = await devicesOf(scene);
      scene.hosts.reinstall(HOST, { renamed: { [first?.name ?? '']: '/dev/sdx' }, isRewired: true });
      expect(await reinstated(scene)).toContain(`none of `);
      expect(await reinstated(scene, { [first?.id ?? '']: '/dev/sdx' })).toBeNull();
      await expectWhole(scene);
      expect((await devicesOf(scene)).map(({ name }) => name)).toContain('/dev/sdx');
    }));
});

describe('bricks that are not given back', () => {
  it('are those of volumes without copies: nothing empty takes their places', () =>
    // One on each device of the three hosts.
    withNode([...Array(6).fill({ durability: SINGLE, sizeGib: 70 }), {}], async (scene) => {
      const volumes = new Map(
        (await scene.pool.store.read((tx) => tx.volumes.list())).map((one) => [one.id, one.name]),
      );
      const lost = (await bricksOf(scene)).filter(({ volumeId }) => volumes.get(volumeId) !== 'v7');
      expect(lost.length).toBeGreaterThan(0);
      scene.hosts.reinstall(HOST);
      const error = await reinstated(scene);
      for (const { path, volumeId } of lost)
        expect(error).toContain(`10.0.0.3:${path}: volume ${volumes.get(volumeId)} keeps no copies`);
      const state = scene.hosts.state().hosts.find(({ manage }) => manage === HOST);
      const made = state?.groups.flatMap(({ volumes }) => volumes.map(({ name }) => name));
      for (const { id } of lost) expect(made).not.toContain(`brick_${id}`);
      expect(scene.hosts.heals.sets('v7')[0]?.map(({ contents }) => contents?.files.size)).toEqual([3, 3, 3]);
      expect(error).toContain(`heketi-cli node enable ${scene.nodeId}`);
    }));

  it('are those whose sets can not do without them now', () =>
    withNode([{}, {}], async (scene) => {
      const { pool, hosts } = scene;
      hosts.reinstall(HOST);
      const bricks = await pool.store.read((tx) => tx.bricks.list());
      const volume = (await pool.store.read((tx) => tx.volumes.list())).find(({ name }) => name === 'v1');
      for (const host of ['h1', 'h2'])
        for (const { path, volumeId } of bricks) if (volumeId === volume?.id) hosts.killBrick(host, path);
      expect(await reinstated(scene)).toContain('required peer bricks are online');
      expect(hosts.heals.sets('v2')[0]?.map(({ contents }) => contents?.files.size)).toEqual([3, 3, 3]);
    }));
});

describe('a machine that is no fresh one', () => {
  it('of another pool is left alone', () =>
    withNode([{}], async (scene) => {
      scene.hosts.reinstall(HOST);
      scene.hosts.befriend(HOST);
      const error = await reinstated(scene);
      expect(error).toContain('it is no machine that was installed anew');
      expect(error).toContain('systemctl stop glusterd');
      expect(await nodeOf(scene)).toMatchObject({ state: 'online' });
      expect(await recordsOf(scene)).toEqual([]);
    }));

  it('is as it was: nothing is changed', () =>
    withNode([{}, ARBITER], async (scene) => {
      const before = scene.hosts.state();
      expect(await reinstated(scene)).toBeNull();
      expect(scene.hosts.state()).toEqual(before);
    }));
});
