import { describe, expect, it } from 'vitest';
import { KIB_PER_GIB } from '../../src/domain/size.js';
import type { CommandResult, Executor } from '../../src/executors/executor.js';
import type { PreflightCheck } from '../../src/operations/ports/devices.js';
import { answerOf, done, loadTopology, type Pool, strictHosts, volumeRequest, withPool } from '../support/pool.js';
import { recorded, sample } from '../unit/executors/samples.js';

const ok: CommandResult = { exitCode: 0, stdout: '', stderr: '' };
const notFound = (name: string): CommandResult => ({
  exitCode: 127,
  stdout: '',
  stderr: `bash: line 1: ${name}: command not found\n`,
});

/** What a real host in good order said about an empty disk, by the first word of the command (lvm's second). */
const EMPTY_DISK: Readonly<Record<string, CommandResult>> = {
  lsblk: recorded('lsblk-empty-disk'),
  stat: recorded('stat-disk'),
  findmnt: recorded('findmnt-source-none'),
  pvs: recorded('pvs-not-a-pv'),
  blkid: recorded('blkid-empty-disk'),
  'mkfs.xfs': recorded('mkfs-xfs-version'),
  thin_check: recorded('thin-check-version'),
  modprobe: recorded('modprobe-thin'),
  dmsetup: recorded('dmsetup-targets'),
  systemctl: sample('systemctl-status-glusterd'),
  dumpconfig: { ...ok, exitCode: 5, stderr: '  Configuration node log/command_names not found\n' },
  '/usr/bin/udevadm': sample('udevadm-symlink'),
};

/** Simulated hosts whose answers about devices are those of real ones. */
function withAnswers(answers: Readonly<Record<string, CommandResult>>): Executor {
  const hosts = strictHosts(1, 2);
  return {
    async run(host, batch) {
      if (batch[0]?.argv[0] !== 'lsblk') return hosts.run(host, batch);
      return batch.map(({ argv }) => {
        const name = argv[0] === '/usr/sbin/lvm' ? argv[1] : argv[0];
        const answer = { ...EMPTY_DISK, ...answers }[name ?? ''];
        if (!answer) throw new Error(`no answer for ${argv.join(' ')}`);
        // They were recorded with other disks.
        const asked = argv.find((word) => word.startsWith('/dev/')) ?? '';
        return name === 'pvs' ? { ...answer, stderr: answer.stderr.replace(/\/dev\/\w+/, asked) } : answer;
      });
    },
    linkNames: async (manage, storage) => hosts.linkNames(manage, storage),
    awaitLeftovers: async () => undefined,
    close: async () => undefined,
  };
}

function preflight(answers: Readonly<Record<string, CommandResult>>, name = '/dev/ubdd') {
  return withPool(withAnswers(answers), async (pool) => {
    const clusterId = await loadTopology(pool, 1, 0);
    const [node] = await pool.store.read((tx) => tx.nodes.listByCluster(clusterId));
    return pool.operations.preflightDevice(node?.id ?? '', name);
  });
}

async function problems(answers: Readonly<Record<string, CommandResult>>, name?: string): Promise<string[]> {
  const { checks } = await preflight(answers, name);
  return checks.filter((check) => check.result === 'problem').map((check) => `${check.name}: ${check.detail}`);
}

async function check(name: PreflightCheck['name'], answers: Readonly<Record<string, CommandResult>>) {
  return (await preflight(answers)).checks.find((found) => found.name === name);
}

describe('what real hosts say about a device', () => {
  it('is all good for an empty disk', async () => {
    const found = await preflight({});
    expect(found).toMatchObject({ isUsable: true, host: 'h1', sizeKib: 32 * KIB_PER_GIB });
    expect(found.checks.map(({ result }) => result)).toEqual(Array.from({ length: 9 }, () => 'ok'));
  });

  it('names a device that does not exist, or is none', async () => {
    const absent = { lsblk: recorded('lsblk-missing'), stat: recorded('stat-missing'), pvs: recorded('pvs-missing') };
    expect(await problems(absent, '/dev/nope')).toEqual(['device: /dev/nope does not exist']);
    const file = { lsblk: recorded('lsblk-regular-file'), stat: recorded('stat-file'), pvs: recorded('pvs-missing') };
    expect(await problems(file, '/etc/fstab')).toEqual(['device: /etc/fstab is not a block device']);
  });

  it('names what is mounted, and swap, which no wiping mends', async () => {
    const mounted = {
      lsblk: recorded('lsblk-mounted'),
      findmnt: recorded('findmnt-source-mounted'),
      blkid: recorded('blkid-mounted'),
    };
    expect(await problems(mounted)).toEqual([
      'use: /dev/ubdd is mounted on /mnt/y',
      'contents: /dev/ubdd already contains data (ext4)',
    ]);
    expect(await preflight(mounted)).toMatchObject({ isUsable: false, isUsableIfWiped: false });
    const swap = { lsblk: recorded('lsblk-swap'), blkid: recorded('blkid-swap') };
    expect((await problems(swap))[0]).toBe('use: /dev/ubdd is used as swap');
    expect(await preflight(swap)).toMatchObject({ isUsableIfWiped: false });
  });

  it('sees a mount without lsblk', async () => {
    const old = { lsblk: notFound('lsblk'), findmnt: recorded('findmnt-source-mounted') };
    expect(await problems(old)).toEqual(['use: /dev/ubdd is mounted on /mnt/y']);
  });

  it('names a file system, which wiping mends', async () => {
    const ext4 = { lsblk: recorded('lsblk-ext4'), blkid: recorded('blkid-ext4') };
    expect(await problems(ext4)).toEqual(['contents: /dev/ubdd already contains data (ext4)']);
    expect(await preflight(ext4)).toMatchObject({ isUsable: false, isUsableIfWiped: true });
    expect((await check('contents', { ...ext4, lsblk: notFound('lsblk') }))?.result).toBe('problem');
  });

  it("explains pvcreate's refusal of a device in a volume group", async () => {
    const foreign = { lsblk: recorded('lsblk-pv-with-lvs'), pvs: recorded('pvs-foreign-group') };
    const found = await check('lvm', foreign);
    expect(found?.detail).toContain('Physical Volume plu0R4-ii08-D2Yy-CJWF-dpjZ-OGRa-4m5hwr of volume group foreign');
    expect(found?.detail).toContain('with 2 logical volumes (not made by this server)');
    expect(found?.detail).toContain('"Can\'t initialize physical volume ... without -ff"');
    expect(found?.advice).toContain('on h1: vgremove foreign');
    expect(found?.isMendedByWiping).toBe(false);
    expect(await problems({ ...foreign, lsblk: recorded('lsblk-pv-inactive-lvs') })).toHaveLength(1);
  });

  it('lets an empty volume group be wiped, but never one with other disks in it', async () => {
    const empty = { ...recorded('pvs-foreign-group') };
    const emptied = { ...empty, stdout: empty.stdout.replace('"lv_count":"2"', '"lv_count":"0"') };
    expect(await preflight({ pvs: emptied })).toMatchObject({ isUsable: false, isUsableIfWiped: true });
    const wider = { ...emptied, stdout: emptied.stdout.replace('"pv_count":"1"', '"pv_count":"2"') };
    expect(await preflight({ pvs: wider })).toMatchObject({ isUsableIfWiped: false });
  });

  it('takes a physical volume of no volume group, with a word about it', async () => {
    const orphan = { lsblk: recorded('lsblk-pv-no-group'), pvs: recorded('pvs-no-group') };
    expect(await preflight(orphan)).toMatchObject({ isUsable: true });
    expect((await check('lvm', orphan))?.result).toBe('warning');
  });

  it('names partitions; those with contents are not wiped with the disk', async () => {
    const lsblk = recorded('lsblk-partitions');
    const parted = { lsblk, blkid: recorded('blkid-partitions') };
    expect(await problems(parted)).toEqual(['contents: /dev/ubdd has a partition table with /dev/ubdd1']);
    expect(await preflight(parted)).toMatchObject({ isUsableIfWiped: true });
    const used = { ...lsblk, stdout: lsblk.stdout.replace(/("name": "\/dev\/ubdd1".*?"fstype": )null/s, '$1"xfs"') };
    expect(await preflight({ ...parted, lsblk: used })).toMatchObject({ isUsableIfWiped: false });
    const partition = await problems({ lsblk: recorded('lsblk-one-partition') }, '/dev/ubdd1');
    expect(partition).toEqual([expect.stringMatching(/^size: \/dev\/ubdd1 has 488 MiB/)]);
  });

  it.each([
    ['crypt', '/dev/mapper/secret (encryption)'],
    ['mpath', '/dev/mapper/secret (multipath)'],
    ['raid1', '/dev/mapper/secret (md array)'],
  ])('names a holder of type %s', async (type, named) => {
    const lsblk = recorded('lsblk-partitions');
    const stdout = lsblk.stdout
      .replace('"type": "part"', `"type": "${type}"`)
      .replace(/\/dev\/ubdd1/g, '/dev/mapper/secret');
    expect(await problems({ lsblk: { ...lsblk, stdout } })).toEqual([`use: /dev/ubdd is in use by ${named}`]);
  });

  it('names a device that is read-only or too small', async () => {
    const lsblk = recorded('lsblk-empty-disk');
    const readOnly = { ...lsblk, stdout: lsblk.stdout.replace('"ro": false', '"ro": true') };
    expect(await problems({ lsblk: readOnly })).toEqual(['device: /dev/ubdd is read-only']);
    const small = { ...lsblk, stdout: lsblk.stdout.replace('34359738368', String(1024 ** 3)) };
    expect(await problems({ lsblk: small })).toEqual([
      expect.stringMatching(/^size: \/dev\/ubdd has 1024 MiB, less than LVM's metadata and the smallest brick need/),
    ]);
  });

  it('leaves alone what carries a label that lvm does not show', async () => {
    const [found] = await problems({ blkid: recorded('blkid-pv') });
    expect(found).toMatch(/^lvm: .* carries a label of LVM that lvm on h1 does not show/);
    expect((await preflight({ blkid: recorded('blkid-pv') })).isUsableIfWiped).toBe(false);
  });

  it("says what lvm.conf puts into lvm's output", async () => {
    const dumpconfig = { ...ok, stdout: 'command_names=1\nprefix=" -- "\n' };
    const found = await check('tools', { dumpconfig });
    expect(found).toMatchObject({ result: 'warning' });
    expect(found?.detail).toContain('log/command_names=1, log/prefix=" -- "');
    expect((await check('tools', { dumpconfig: { ...ok, stdout: 'prefix="  "\n' } }))?.result).toBe('ok');
  });

  it('names what the host lacks', async () => {
    expect(await problems({ pvs: notFound('/usr/sbin/lvm') })).toEqual(['tools: lvm2 not installed']);
    expect(await problems({ 'mkfs.xfs': recorded('sudo-missing-program') })).toEqual(['tools: xfsprogs not installed']);
    expect((await check('tools', { thin_check: notFound('thin_check') }))?.result).toBe('warning');
    const targets = { ...ok, stdout: 'striped          v1.6.0\nlinear           v1.4.0\n' };
    const none = recorded('modprobe-none');
    const modprobe = { ...none, stderr: none.stderr.replace('dm_nothing', 'dm_thin_pool') };
    const missing = { dmsetup: targets, modprobe };
    expect(await problems(missing)).toEqual([
      'thin provisioning: the kernel has no thin-pool target, which every brick needs',
    ]);
    expect((await check('thin provisioning', { ...missing, dmsetup: notFound('dmsetup') }))?.result).toBe('unknown');
    expect((await check('glusterd', { systemctl: { ...ok, exitCode: 3 } }))?.result).toBe('warning');
    expect((await check('glusterd', { systemctl: notFound('systemctl') }))?.result).toBe('unknown');
    const absent = { ...ok, exitCode: 4, stderr: 'Unit glusterd.service could not be found.' };
    expect((await check('glusterd', { systemctl: absent }))?.result).toBe('unknown');
  });

  it('names missing rights', async () => {
    const plain = {
      lsblk: recorded('plain-user-lsblk'),
      pvs: recorded('plain-user-pvs'),
      blkid: recorded('plain-user-blkid'),
    };
    const [first] = await problems(plain);
    expect(first).toContain("rights: commands do not run with root's rights");
    const sudo = recorded('sudo-refused');
    const refused = Object.fromEntries(Object.keys(EMPTY_DISK).map((name) => [name, sudo]));
    expect((await problems(refused))[0]).toBe("rights: sudo refuses this server's user (sudo: a password is required)");
  });

  it('is unknown, not a problem, where nothing answers', async () => {
    const none = Object.fromEntries(Object.keys(EMPTY_DISK).map((name) => [name, { ...ok, exitCode: 1 }]));
    const found = await preflight(none);
    expect(found).toMatchObject({ isUsable: true, sizeKib: null });
    expect(found.checks.find((one) => one.name === 'device')).toMatchObject({ result: 'unknown' });
  });
});

const run = (hosts: ReturnType<typeof strictHosts>, ...argv: readonly string[]) =>
  hosts.run('h1', [{ argv, timeoutMs: 1000 }]);

async function nodeOf(pool: Pool): Promise<string> {
  const clusterId = await loadTopology(pool, 1, 0);
  const [node] = await pool.store.read((tx) => tx.nodes.listByCluster(clusterId));
  return node?.id ?? '';
}

describe('adding a device', () => {
  const request = { name: '/dev/sdb', mayDestroyData: false, tags: {} };

  it('is refused before anything is touched, and leaves what it found', async () => {
    const hosts = strictHosts(1, 2);
    await withPool(hosts, async (pool) => {
      const nodeId = await nodeOf(pool);
      await run(hosts, 'pvcreate', '/dev/sdb');
      await run(hosts, 'vgcreate', 'theirs', '/dev/sdb');
      await run(hosts, 'lvcreate', '--size', '1G', '--thin', 'theirs/pool', '--virtualsize', '1G', '--name', 'data');
      const before = hosts.state();
      for (const mayDestroyData of [false, true]) {
        const ticket = await pool.operations.addDevice({ ...request, nodeId, mayDestroyData });
        expect((await answerOf(pool, ticket)).error).toMatch(
          /^Initializing device \/dev\/sdb failed on h1: \/dev\/sdb already contains Physical Volume .* of volume group theirs with 2 logical volumes/,
        );
        expect(hosts.state()).toEqual(before);
      }
      expect(await pool.store.read((tx) => tx.operations.list())).toEqual([]);
    });
  });

  it('does not take away the physical volume of a device it refused', async () => {
    const hosts = strictHosts(1, 1, 1);
    await withPool(hosts, async (pool) => {
      const nodeId = await nodeOf(pool);
      await run(hosts, 'pvcreate', '/dev/sdb');
      const before = hosts.state();
      const { error } = await answerOf(pool, await pool.operations.addDevice({ ...request, nodeId }));
      expect(error).toContain('less than LVM');
      expect(hosts.state()).toEqual(before);
    });
  });

  it('wipes a file system only when told to, and a mounted one never', async () => {
    const hosts = strictHosts(1, 2);
    await withPool(hosts, async (pool) => {
      const nodeId = await nodeOf(pool);
      for (const name of ['/dev/sdb', '/dev/sdc']) await run(hosts, 'mkfs.xfs', name);
      await run(hosts, 'mkdir', '-p', '/mnt/x');
      await run(hosts, 'mount', '-o', 'rw', '/dev/sdc', '/mnt/x');
      const add = (name: string, mayDestroyData: boolean) =>
        pool.operations.addDevice({ nodeId, name, mayDestroyData, tags: {} });
      expect((await answerOf(pool, await add('/dev/sdb', false))).error).toContain('already contains data (xfs)');
      const mounted = (await answerOf(pool, await add('/dev/sdc', true))).error;
      expect(mounted).toContain('/dev/sdc is mounted on /mnt/x');
      expect(mounted).not.toContain('already contains');
      await done(pool, await add('/dev/sdb', true));
    });
  });

  it('refuses a device that this server has already, with destroydata as well', async () => {
    const hosts = strictHosts(1, 1);
    await withPool(hosts, async (pool) => {
      const nodeId = await nodeOf(pool);
      await done(pool, await pool.operations.addDevice({ ...request, nodeId }));
      const [device] = await pool.store.read((tx) => tx.devices.list());
      const before = hosts.state();
      for (const mayDestroyData of [false, true]) {
        const again = await pool.operations.addDevice({ ...request, nodeId, mayDestroyData });
        expect((await answerOf(pool, again)).error).toContain(`is device ${device?.id} of this server already`);
      }
      expect(hosts.state()).toEqual(before);
    });
  });

  it('takes the smallest device that holds a brick, and that brick fits', async () => {
    const hosts = strictHosts(3, 1, 1.2);
    await withPool(hosts, async (pool) => {
      await loadTopology(pool, 3, 1);
      await done(pool, await pool.operations.createVolume(volumeRequest({ sizeGib: 1 })));
    });
  });
});

describe('asking about a device', () => {
  it('changes nothing, whatever is there', async () => {
    const hosts = strictHosts(1, 2);
    await withPool(hosts, async (pool) => {
      const nodeId = await nodeOf(pool);
      await run(hosts, 'mkfs.xfs', '/dev/sdc');
      const before = hosts.state();
      expect(await pool.operations.preflightDevice(nodeId, '/dev/sdb')).toMatchObject({ isUsable: true });
      expect(await pool.operations.preflightDevice(nodeId, '/dev/sdc')).toMatchObject({ isUsable: false });
      expect(await pool.operations.preflightDevice(nodeId, '/dev/none')).toMatchObject({ isUsable: false });
      expect(hosts.state()).toEqual(before);
    });
  });

  it('says so when the host or the node is not there', async () => {
    const hosts = strictHosts(1, 1);
    await withPool(hosts, async (pool) => {
      const nodeId = await nodeOf(pool);
      hosts.setHostUp('h1', false);
      await expect(pool.operations.preflightDevice(nodeId, '/dev/sdb')).rejects.toThrow(
        "/dev/sdb could not be looked at: h1 can't be reached",
      );
      await expect(pool.operations.preflightDevice('f'.repeat(32), '/dev/sdb')).rejects.toThrow(
        'Node id does not exist',
      );
    });
  });
});
