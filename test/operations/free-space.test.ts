import { describe, expect, it } from 'vitest';
import type { Device } from '../../src/domain/device.js';
import { KIB_PER_GIB } from '../../src/domain/size.js';
import { GROUP_FIELDS, MEMBER_FIELDS } from '../../src/executors/commands/lvm/group-report.js';
import type { CommandResult, Executor } from '../../src/executors/executor.js';
import { SimulatedHosts } from '../../src/executors/mock/simulated-hosts.js';
import { answerOf, done, loadTopology, type Pool, strictHosts, volumeRequest, withPool } from '../support/pool.js';

const GROWN_GIB = 100;

/** The device of h1, the first disk. */
async function firstDevice(pool: Pool): Promise<Device> {
  const { devices, nodes } = await pool.store.read(async (tx) => ({
    devices: await tx.devices.list(),
    nodes: await tx.nodes.list(),
  }));
  const node = nodes.find(({ manageNames }) => manageNames[0] === 'h1');
  const device = devices.find(({ nodeId, name }) => nodeId === node?.id && name === '/dev/sdb');
  if (!device) throw new Error('no device');
  return device;
}

async function onHost(hosts: SimulatedHosts, line: string, host = 'h1'): Promise<void> {
  const [result] = await hosts.run(host, [{ argv: line.split(' '), timeoutMs: 1000 }]);
  if (result?.exitCode !== 0) throw new Error(result?.stderr);
}

const resync = async (pool: Pool, id: string) => answerOf(pool, await pool.operations.resyncDevice(id));

/** Free space of the group as its host has it, and how large the spare metadata is. */
function realKib(hosts: SimulatedHosts, { id }: Device) {
  const group = hosts
    .state()
    .hosts.flatMap(({ groups }) => groups)
    .find(({ name }) => name === `vg_${id}`);
  if (!group) throw new Error('no group');
  return { totalKib: group.extents * 4096, freeKib: (group.extents - group.usedExtents) * 4096 };
}

interface Scene {
  readonly hosts: SimulatedHosts;
  readonly pool: Pool;
  /** With one brick on it. */
  readonly device: Device;
}

async function scene(
  work: (scene: Scene) => Promise<void>,
  wrap: (hosts: SimulatedHosts) => Executor | SimulatedHosts = (hosts) => hosts,
) {
  const hosts = strictHosts(3, 2);
  await withPool(wrap(hosts), async (pool) => {
    await loadTopology(pool, 3, 1);
    await done(pool, await pool.operations.createVolume(volumeRequest()));
    await work({ hosts, pool, device: await firstDevice(pool) });
  });
}

describe('a resync', () => {
  it('changes nothing where only bricks and their spare metadata take space', () =>
    scene(async ({ pool, device, hosts }) => {
      expect(device.freeKib).toBeGreaterThan(realKib(hosts, device).freeKib);
      for (let times = 0; times < 3; times++) expect(await resync(pool, device.id)).toMatchObject({ error: null });
      expect(await firstDevice(pool)).toEqual(device);
    }));

  it('counts logical volumes that the administrator has made, and counts them no more when they are gone', () =>
    scene(async ({ pool, device, hosts }) => {
      await onHost(hosts, `lvcreate -y -L 7G -n theirs vg_${device.id}`);
      await resync(pool, device.id);
      const counted = await firstDevice(pool);
      expect(counted.freeKib).toBe(device.freeKib - 7 * KIB_PER_GIB);
      expect(counted.freeKib + counted.usedKib).toBe(device.totalKib);
      await onHost(hosts, `lvremove -f vg_${device.id}/theirs`);
      await resync(pool, device.id);
      expect(await firstDevice(pool)).toEqual(device);
    }));

  it('counts the spare metadata as used beside a thin pool of somebody else, whose end it outlives', () =>
    scene(async ({ pool, device, hosts }) => {
      await onHost(
        hosts,
        `lvcreate --poolmetadatasize 512M --size 1G --thin vg_${device.id}/theirs --virtualsize 1G --name thin`,
      );
      await resync(pool, device.id);
      expect((await firstDevice(pool)).freeKib).toBe(realKib(hosts, device).freeKib);
    }));

  it('takes no space for what gluster makes in the thin pools', () =>
    scene(async ({ pool, device, hosts }) => {
      const [volume] = hosts.state().pools[0]?.volumes ?? [];
      await onHost(hosts, `gluster --mode=script snapshot create snap ${volume?.name} no-timestamp`);
      await resync(pool, device.id);
      expect(await firstDevice(pool)).toEqual(device);
    }));

  it('follows a group that was given a second disk, once', () =>
    scene(async ({ pool, device, hosts }) => {
      await onHost(hosts, `vgextend vg_${device.id} /dev/sdc`);
      for (let times = 0; times < 2; times++) await resync(pool, device.id);
      const after = await firstDevice(pool);
      expect(after.totalKib).toBe(realKib(hosts, device).totalKib);
      expect(after.freeKib - device.freeKib).toBe(after.totalKib - device.totalKib);
    }));

  it('follows a disk that was made larger when lvm knows it, and one that was made smaller', () =>
    scene(async ({ pool, device, hosts }) => {
      hosts.setDiskSize('h1', '/dev/sdb', 2 * GROWN_GIB * KIB_PER_GIB);
      await resync(pool, device.id);
      expect(await firstDevice(pool)).toEqual(device);
      await onHost(hosts, 'pvresize /dev/sdb');
      await resync(pool, device.id);
      expect((await firstDevice(pool)).totalKib).toBe(device.totalKib + GROWN_GIB * KIB_PER_GIB);
      hosts.setDiskSize('h1', '/dev/sdb', (GROWN_GIB / 2) * KIB_PER_GIB);
      await onHost(hosts, 'pvresize /dev/sdb');
      await resync(pool, device.id);
      expect((await firstDevice(pool)).totalKib).toBe(device.totalKib - (GROWN_GIB / 2) * KIB_PER_GIB);
    }));

  it('keeps the space of bricks whose logical volumes are gone: it is given back with their records', () =>
    scene(async ({ pool, device, hosts }) => {
      const group = hosts
        .state()
        .hosts.flatMap(({ groups }) => groups)
        .find(({ name }) => name === `vg_${device.id}`);
      const brick = group?.volumes.find(({ kind }) => kind === 'thin');
      const mount = hosts.state().hosts[0]?.mounts.find(({ source }) => source.includes(brick?.name ?? '?'));
      const [volume] = hosts.state().pools[0]?.volumes ?? [];
      await onHost(hosts, `gluster --mode=script volume stop ${volume?.name} force`);
      await onHost(hosts, `umount ${mount?.target}`);
      await onHost(hosts, `lvremove -f vg_${device.id}/${brick?.pool}`);
      await resync(pool, device.id);
      expect((await firstDevice(pool)).freeKib).toBeLessThanOrEqual(device.freeKib);
    }));
});

const FIELDS = new Set([GROUP_FIELDS, MEMBER_FIELDS]);

type Change = (scene: Scene) => Promise<void> | void;

describe('sizes that can not be right are refused, and the books stay:', () => {
  const inReport =
    (command: string, change: (stdout: string) => string) =>
    (hosts: SimulatedHosts): Executor => ({
      async run(host, batch) {
        const results = await hosts.run(host, batch);
        return results.map((result, i): CommandResult => {
          const isAsked = batch[i]?.argv.includes(command) && batch[i]?.argv.some((word) => FIELDS.has(word));
          return isAsked ? { ...result, stdout: change(result.stdout) } : result;
        });
      },
      awaitLeftovers: (host) => hosts.awaitLeftovers(host),
      close: async () => undefined,
    });
  const nothing: Change = () => undefined;
  const truly = (hosts: SimulatedHosts) => hosts;
  const cases: readonly (readonly [string, Change, (hosts: SimulatedHosts) => Executor | SimulatedHosts, RegExp])[] = [
    [
      'more free than there is',
      nothing,
      inReport('vgs', (text) => text.replace(/"vg_free_count": "\d+"/g, '"vg_free_count": "999999999"')),
      /do not agree/,
    ],
    [
      'a negative figure',
      nothing,
      inReport('vgs', (text) => text.replace(/"vg_free_count": "/g, '"vg_free_count": "-')),
      /a number was expected/,
    ],
    [
      'a total that is not all extents',
      nothing,
      inReport('vgs', (text) => text.replace(/"vg_extent_count": "\d+"/g, '"vg_extent_count": "99999999"')),
      /do not agree/,
    ],
    [
      'extents of another size',
      nothing,
      inReport('vgs', (text) =>
        text
          .replace(/"vg_extent_size": "4096.00k"/g, '"vg_extent_size": "8192.00k"')
          .replace(/"vg_size": "(\d+)\.00k"/g, (_, kib: string) => `"vg_size": "${Number(kib) * 2}.00k"`)
          .replace(/"dev_size": "(\d+)/g, '"dev_size": "9$1'),
      ),
      /larger than its disks|extents of .* have 8192 KiB/,
    ],
    [
      'a disk of another UUID',
      nothing,
      inReport('pvs', (text) => text.replace(/"pv_uuid": "...../g, '"pv_uuid": "other')),
      /does not hold the disk that it was made on/,
    ],
    [
      'a disk that is smaller than lvm takes it for',
      ({ hosts }) => hosts.setDiskSize('h1', '/dev/sdb', 50 * KIB_PER_GIB),
      truly,
      /the disk has only 50.00 GiB/,
    ],
    [
      'a group that is smaller than its bricks',
      nothing,
      inReport('vgs', (text) =>
        text
          .replace(/"vg_size": "\d+/g, '"vg_size": "4194304')
          .replace(/"vg_extent_count": "\d+"/g, '"vg_extent_count": "1024"')
          .replace(/"vg_free_count": "\d+"/g, '"vg_free_count": "1000"'),
      ),
      /has 4.00 GiB, but its bricks take 10.05 GiB/,
    ],
    [
      'a disk that can not be read',
      ({ hosts }) => hosts.setDiskDead('h1', '/dev/sdb', true),
      truly,
      /does not show volume group vg_\w+: its disk is away/,
    ],
    [
      'the second disk of a group away',
      async ({ hosts, device }) => {
        await onHost(hosts, `vgextend vg_${device.id} /dev/sdc`);
        hosts.setDiskDead('h1', '/dev/sdc', true);
      },
      truly,
      /misses 1 of the 2 physical volumes/,
    ],
  ];

  it.each(cases)('%s', (_, change, wrap, why) =>
    scene(async (at) => {
      await change(at);
      const { error } = await resync(at.pool, at.device.id);
      expect(error).toMatch(why);
      expect(await firstDevice(at.pool)).toEqual(at.device);
    }, wrap),
  );
});

it('lenient hosts, whose groups always look empty, are never found smaller than the bricks placed after it', () => {
  const hosts = new SimulatedHosts({ mode: 'lenient', deviceSizeGib: 100 });
  return withPool(
    hosts,
    async (pool) => {
      await loadTopology(pool, 1, 1);
      const { id } = await firstDevice(pool);
      const durability = { type: 'none', replica: 1, disperseData: 0, disperseRedundancy: 0 } as const;
      for (let times = 0; times < 2; times++) {
        await done(pool, await pool.operations.createVolume(volumeRequest({ sizeGib: 60, durability })));
        expect(await resync(pool, id)).toMatchObject({ error: null });
        expect(await firstDevice(pool)).toMatchObject({ freeKib: 100 * KIB_PER_GIB, usedKib: 0 });
      }
    },
    { settings: { reserveSpareMetadata: false, hasGlusterLimits: false } },
  );
});

it('a host that can not be asked is no refusal, and the books stay', () =>
  scene(async ({ hosts, pool, device }) => {
    hosts.setHostUp('h1', false);
    expect((await resync(pool, device.id)).error).toContain("can't be reached");
    expect(await firstDevice(pool)).toEqual(device);
  }));

it('less free space than the books had is what the next placement goes by', () =>
  scene(async ({ hosts, pool, device }) => {
    await onHost(hosts, `lvcreate -y -L 80G -n theirs vg_${device.id}`);
    await resync(pool, device.id);
    await expect(pool.operations.createVolume(volumeRequest({ sizeGib: 15 }))).rejects.toThrow('No space');
  }));
