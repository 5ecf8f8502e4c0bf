import { beforeEach, describe, expect, it } from 'vitest';
import type { CommandResult } from '../../src/executors/executor.js';
import { SimulatedHosts } from '../../src/executors/mock/simulated-hosts.js';
import { sample } from '../unit/executors/samples.js';

const KIB_PER_DISK = 32 * 1024 * 1024;
const group = (n: number) => `vg_0123456789abcdef0123456789abcde${n}`;
const mountPoint = (n: number) => `/var/lib/heketi/mounts/${group(n)}/brick_a`;

let hosts: SimulatedHosts;
beforeEach(() => {
  hosts = new SimulatedHosts({
    mode: 'strict',
    deviceSizeGib: 32,
    hosts: [1, 2, 3].map((n) => ({
      manage: `n${n}`,
      storage: `10.77.0.${n}`,
      devices: ['/dev/ubdb', '/dev/ubdc'].map((path) => ({ path, sizeKib: KIB_PER_DISK })),
    })),
  });
});

async function run(commandLine: string, n = 1): Promise<CommandResult> {
  const argv = commandLine.replaceAll("'", '').split(/\s+/).filter(Boolean);
  const [result] = await hosts.run(`n${n}`, [{ argv, timeoutMs: 1000 }]);
  if (!result) throw new Error('no answer');
  return result;
}

/** Random parts of true and simulated answers alike. */
function comparable({ exitCode, stdout, stderr }: CommandResult): CommandResult {
  const plain = (text: string) =>
    text
      .replace(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f-]{22}/g, '<uuid>')
      .replace(/\w{6}(?:-\w{4}){5}-\w{6}/g, '<lvm uuid>')
      .replace(/[0-9a-f]{32}\/brick\d/g, '<clone>');
  return { exitCode, stdout: plain(stdout), stderr: plain(stderr) };
}

/** Each sample's command must answer as the real program did in the same situation. */
async function replay(...names: readonly string[]): Promise<void> {
  for (const name of names) {
    const { commandLine, ...real } = sample(name);
    expect(comparable(await run(commandLine)), name).toEqual(comparable(real));
  }
}

async function makePool(): Promise<void> {
  for (const n of [2, 3]) await run(`gluster peer probe 10.77.0.${n}`);
}

async function makeGroups(): Promise<void> {
  for (const n of [1, 2, 3]) {
    await run('pvcreate -qq --metadatasize=128M --dataalignment=256K /dev/ubdb', n);
    await run(`vgcreate -qq --physicalextentsize=4M --autobackup=n ${group(n)} /dev/ubdb`, n);
  }
}

async function makeBricks(): Promise<void> {
  for (const n of [1, 2, 3]) {
    await run(`mkdir -p ${mountPoint(n)}`, n);
    await run(
      `lvcreate -qq --autobackup=n --poolmetadatasize 8192K --chunksize 256K --size 1048576K --thin ${group(n)}/tp_brick_a --virtualsize 1048576K --name brick_a`,
      n,
    );
    await run(`mkfs.xfs -i size=512 -n size=8192 /dev/mapper/${group(n)}-brick_a`, n);
    await run(`mount -o rw,inode64,noatime,nouuid /dev/mapper/${group(n)}-brick_a ${mountPoint(n)}`, n);
    await run(`mkdir ${mountPoint(n)}/brick`, n);
  }
}

describe('simulated programs answer as the real ones did', () => {
  it('about peers', () =>
    replay(
      'err-peer-detach-not-peer',
      'peer-status-none-xml',
      'peer-status-none',
      'peer-probe-self',
      'peer-probe-2',
      'peer-probe-3-xml',
      'peer-probe-already',
      'peer-probe-already-xml',
      'peer-status-xml',
      'peer-status',
      'pool-list-xml',
      'err-peer-probe-unreachable',
      'err-peer-probe-unreachable-xml',
      'peer-detach',
    ));

  it('about devices', async () => {
    await replay(
      'err-pvremove-not-pv',
      'err-pvcreate-missing-device',
      'pvcreate-quiet',
      'err-vgdisplay-missing',
      'err-lvcreate-no-vg',
    );
    await makeGroups();
    await replay('vgdisplay-colon', 'err-pvcreate-already-in-vg', 'err-vgcreate-exists', 'err-pvremove-in-vg');
  });

  it('about logical volumes', async () => {
    await makeGroups();
    await replay(
      'brick1-lvcreate-thin',
      'err-lvcreate-exists',
      'lvs-missing',
      'lvs-thin-count',
      'lvremove-brick',
      'err-lvremove-missing',
      'lvs-thin-count-zero',
      'lvremove-pool',
    );
  });

  it('about mounts', async () => {
    await makeGroups();
    await makeBricks();
    await replay('err-lvremove-in-use', 'err-mount-again', 'umount-brick', 'err-umount-not-mounted');
  });

  it('about volumes', async () => {
    await makePool();
    await makeGroups();
    await makeBricks();
    await replay(
      'err-volume-info-missing',
      'err-volume-info-none',
      'err-volume-info-missing-plain',
      'volume-list-none',
      'err-volume-delete-missing',
      'err-volume-delete-missing-xml',
      'err-heal-info-missing',
      'err-volume-create-mountpoint',
      'err-volume-create-dir-missing',
      'err-volume-create-wrong-count',
      'volume-create',
      'volume-info-created-xml',
      'err-volume-create-exists',
      'err-volume-create-exists-xml',
      'err-volume-create-brick-in-use',
      'err-volume-create-brick-in-use-xml',
      'volume-start',
      'err-volume-start-again',
      'err-volume-start-again-xml',
      'volume-list-xml',
      'heal-info-xml',
      'heal-info',
      'volume-set-heal-timeout',
      'err-volume-delete-started',
      'err-volume-delete-started-xml',
      'err-add-brick-wrong-count',
      'err-peer-detach-with-bricks',
      'volume-stop',
      'err-volume-stop-again',
      'err-volume-stop-again-xml',
      'volume-stop-force-again',
      'volume-delete',
    );
    await run(`mkdir ${mountPoint(2)}/brick_c`, 2);
    const again = await run(
      sample('err-volume-create-old-brick-xattr').commandLine.replace('brick_c/brick', 'brick_a/brick'),
    );
    expect(comparable(again)).toEqual(comparable(sample('err-volume-create-old-brick-xattr')));
  });

  it('about snapshots and clones', async () => {
    await makePool();
    await makeGroups();
    await makeBricks();
    await replay(
      'volume-create',
      'volume-start',
      'snapshot-create-xml',
      'snapshot-create',
      'err-snapshot-create-exists',
      'err-snapshot-create-exists-xml',
      'err-snapshot-create-no-volume',
      'snapshot-list-xml',
      'snapshot-activate',
      'snapshot-clone-xml',
      'clone-start',
      'snapshot-deactivate',
      'snapshot-delete-b-xml',
      'snapshot-delete',
      'err-snapshot-delete-missing',
      'snapshot-list-none',
      'clone-stop',
      'clone-delete',
      'err-lvremove-pool-with-clone-lv',
    );
  });
});
