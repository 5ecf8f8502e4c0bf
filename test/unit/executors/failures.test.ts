import { describe, expect, it } from 'vitest';
import { FAILURES, failsWith, lockedVolume } from '../../../src/executors/failures/failures.js';
import type { FailureKind } from '../../../src/executors/failures/kinds.js';
import { isRowOf } from '../../../src/executors/failures/row.js';
import type { Said } from '../../../src/executors/failures/said.js';
import { aboutOf, kindsOf, ofGluster, recorded, saidIn, sample } from './samples.js';

/** What a program once said; `from` is where it was recorded. */
interface Proof {
  readonly from: string;
  readonly said: Said;
}

const ofLife = (name: string): Proof => ({ from: `test/rig/samples/${name}`, said: saidIn(sample(name)) });
const ofHosts = (name: string): Proof => ({ from: `test/rig/recorded/${name}`, said: saidIn(recorded(name)) });
const gluster = (name: string): Proof => ({ from: `test/rig/gluster/${name}`, said: saidIn(ofGluster(name)) });
const quoted = (from: string, commandLine: string, exitCode: number, stderr: string, stdout = ''): Proof => ({
  from,
  said: { argv: commandLine.split(' '), exitCode, stdout, stderr },
});

const MKFS = 'mkfs.xfs -i size=512 -n size=8192 /dev/mapper/vg-brick';
const BLOCK = 'gluster-block delete blockvol/blk_1 --json';
const HEAL_INFO = 'gluster volume heal v1 info --xml';
const GLFSHEAL = "GlusterFS's own source, of the program behind heal info";

const PROOFS: Readonly<Record<FailureKind, readonly Proof[]>> = {
  'program missing': [
    ofHosts('program-missing'),
    ofHosts('program-missing-in-path'),
    ofHosts('sudo-missing-program'),
    quoted('the field, behind sudo', '/usr/sbin/lvm lvs', 1, 'sudo: /usr/sbin/lvm: command not found\n'),
    quoted(
      'containerd 1.6.20 under Kubernetes 1.20.2',
      'lvm lvs',
      1,
      'OCI runtime exec failed: exec failed: unable to start container process: exec: "nosuchprogram": executable file not found in $PATH: unknown',
    ),
  ],
  'program not executable': [ofHosts('program-not-executable')],
  'sudo refused': [
    ofHosts('sudo-refused'),
    ofHosts('sudo-refused-n'),
    ofHosts('sudo-not-allowed'),
    ofHosts('sudo-not-in-sudoers'),
  ],
  'sudo failed': [ofHosts('sudo-unknown-user')],
  'rights missing': [ofHosts('plain-user-blkid'), ofHosts('plain-user-pvs')],
  'file absent': [ofHosts('stat-missing')],
  'not mounted': [
    ofLife('err-umount-not-mounted'),
    quoted('the field', 'umount /mnt/brick_a', 32, 'umount: /mnt/brick_a: mountpoint not found\n'),
  ],
  'not a block device': [ofHosts('lsblk-missing'), ofHosts('lsblk-regular-file')],
  'disk error': [ofHosts('dd-no-such-device')],
  'file system too small': [
    ofHosts('mkfs-xfs-too-small'),
    ofHosts('mkfs-xfs-small-groups'),
    quoted('the field', MKFS, 1, 'log size 4085 blocks too small, minimum size is 4608 blocks\n'),
  ],
  'kernel module absent': [ofHosts('modprobe-none')],
  'service stopped': [
    quoted(
      'systemd 252',
      'systemctl status glusterd',
      3,
      '',
      '\u25cb glusterd.service - GlusterFS, a clustered file-system server\n     Loaded: loaded (/lib/systemd/system/glusterd.service; enabled; preset: enabled)\n     Active: inactive (dead)\n',
    ),
  ],
  'logical volume absent': [ofLife('err-lvremove-missing'), ofLife('lvs-missing')],
  'volume group unseen': [ofLife('err-lvcreate-no-vg'), ofLife('err-vgdisplay-missing')],
  'physical volume label absent': [ofLife('err-pvremove-not-pv'), ofHosts('pvs-not-a-pv')],
  'device unseen': [ofLife('err-pvcreate-missing-device'), ofHosts('pvs-missing')],
  'thin pool half active': [ofHosts('lvremove-pool-half-active')],
  'glusterd down': [gluster('err-glusterd-down'), gluster('err-glusterd-down-xml')],
  'request timed out': [
    gluster('err-volume-info-timeout-xml'),
    gluster('err-volume-set-timeout'),
    quoted(
      'https://github.com/gluster/gluster-block/issues/263',
      BLOCK,
      255,
      'Did not receive any response from gluster-block daemon. Please check log files to find the reason\n',
    ),
  ],
  'another transaction in progress': [
    gluster('err-volume-status-locked-xml'),
    quoted(
      'GlusterFS 10.3',
      'gluster volume set v1 user.x y',
      1,
      'volume set: failed: Another transaction is in progress for v1. Please try again after some time.\n',
    ),
  ],
  'volume absent': [
    'err-volume-delete-missing',
    'err-volume-delete-missing-xml',
    'err-volume-info-missing',
    'err-volume-info-missing-plain',
    'err-heal-info-missing',
    'err-snapshot-create-no-volume',
  ].map(ofLife),
  'snapshot absent': [ofLife('err-snapshot-delete-missing')],
  'peer absent': [ofLife('err-peer-detach-not-peer')],
  'brick known too late': [gluster('err-reset-brick-new')],
  'volume started already': [ofLife('err-volume-start-again'), ofLife('err-volume-start-again-xml')],
  'volume stopped already': [ofLife('err-volume-stop-again'), ofLife('err-volume-stop-again-xml')],
  'volume not started': [
    gluster('err-volume-status-not-started'),
    gluster('err-volume-status-not-started-xml'),
    quoted(GLFSHEAL, HEAL_INFO, 149, 'Volume v1 is not started (Or) All the bricks are not running.\n'),
  ],
  'volume definition not given': [
    quoted(GLFSHEAL, HEAL_INFO, 234, 'v1: Not able to fetch volfile from glusterd\n'),
    quoted(GLFSHEAL, HEAL_INFO, 145, 'Setting the volfile server failed, Transport endpoint is not connected\n'),
  ],
  'volume out of reach': [
    quoted(GLFSHEAL, HEAL_INFO, 251, 'v1: Not able to mount the volume, Input/output error\n'),
    quoted(GLFSHEAL, HEAL_INFO, 244, "Not able to initialize volume 'v1'\n"),
  ],
  'volume without heal': [
    quoted(GLFSHEAL, HEAL_INFO, 234, 'Volume v1 is not of type replicate/disperse\n'),
    quoted(
      'GlusterFS 10.3',
      HEAL_INFO,
      234,
      'This command is supported for only volumes of replicate/disperse type. Volume v1 is not of type replicate/disperse\n',
    ),
  ],
  'volume name refused': [
    gluster('err-volume-create-name-character'),
    gluster('err-volume-create-name-too-long'),
    quoted(
      'the field',
      'gluster volume create NAME HOST:PATH',
      1,
      'volume create: NAME: failed: Volume file path for volume NAME and brick path HOST:PATH is too long.\n',
    ),
  ],
  'volume option unknown': [ofLife('err-volume-set-bad')],
  'block volume absent': [
    quoted("gluster-block 0.5, the block volume's own", BLOCK, 2, "block blockvol/blk_1 doesn't exist"),
    quoted("gluster-block 0.5, the hosting volume's", BLOCK, 2, 'Volume blockvol does not exist'),
  ],
  'block volume exists': [
    quoted('gluster-block 0.5', BLOCK.replace('delete', 'create'), 17, "BLOCK with name: 'blk_1' already EXIST\n"),
  ],
  'block daemon down': [
    quoted(
      'gluster-block 0.5, its daemon ended since tcmu-runner does not run',
      BLOCK,
      255,
      '',
      'Connection failed. Please check if gluster-block daemon is operational.\n',
    ),
    quoted(
      'gluster-block 0.5, glusterd of its host stopped',
      BLOCK,
      107,
      'Not able to initialize volume blockvol[Transport endpoint is not connected]',
    ),
  ],
  'block volume not exported': [
    quoted('gluster-block 0.5, tcmu-runner stopped', BLOCK, 255, 'failed to configure on 10.0.0.2 configure failed'),
    quoted('gluster-block 0.5, a host down', BLOCK, 255, 'failed on 10.0.0.2; successful on 10.0.0.1'),
  ],
  'block volume larger': [
    quoted(
      'gluster-block 0.5',
      BLOCK.replace('delete', 'modify'),
      255,
      "Shrink size ?\nuse 'force' option [current size 9.0 GiB, request size 5.0 GiB]",
    ),
  ],
  'block volume of that size': [
    quoted(
      'gluster-block 0.5',
      BLOCK.replace('delete', 'modify'),
      255,
      'request size (5.0 GiB) is same as current size (5.0 GiB) ]',
    ),
  ],
};

const KINDS = Object.keys(FAILURES) as FailureKind[];
const proofsOf = (kind: FailureKind): readonly Proof[] => PROOFS[kind];

describe('each kind of failure', () => {
  it.each(KINDS)('%s: is what was recorded of it, and nothing else', (kind) => {
    expect(proofsOf(kind).length).toBeGreaterThan(0);
    for (const { from, said } of proofsOf(kind)) expect(kindsOf(said), from).toEqual([kind]);
  });

  it.each(KINDS)('%s: has a record for each row of the table', (kind) => {
    const rows = FAILURES[kind] as readonly Parameters<typeof isRowOf<object>>[1][];
    rows.forEach((row, i) => {
      const shown = proofsOf(kind).some(({ said }) => isRowOf(said, row, aboutOf(said)));
      expect(shown, `row ${i + 1}`).toBe(true);
    });
  });

  it.each(KINDS)('%s: is not said by a success, a shell or another program in the same words', (kind) => {
    for (const { from, said } of proofsOf(kind)) {
      const mayEndWell = ['request timed out', 'not a block device'].includes(kind);
      if (!mayEndWell) expect(kindsOf({ ...said, exitCode: 0 }), from).toEqual([]);
      expect(kindsOf({ ...said, exitCode: 127 }), from).toContain('program missing');
      const isAnybodys = FAILURES[kind].some(({ by }: { readonly by?: readonly string[] }) => !by);
      if (!isAnybodys) expect(kindsOf({ ...said, argv: ['cat', ...said.argv.slice(1)] }), from).not.toContain(kind);
    }
  });

  it('is about the very object that was asked for', () => {
    for (const kind of KINDS) {
      for (const { from, said } of proofsOf(kind)) {
        const others = Object.fromEntries(Object.keys(aboutOf(said)).map((name) => [name, `/another/${name}`]));
        const isOfObject = kindsOf(said, others as ReturnType<typeof aboutOf>).length === 0;
        expect(isOfObject, `${kind}, ${from}`).toBe(OF_AN_OBJECT.includes(kind));
      }
    }
  });
});

const OF_AN_OBJECT: readonly FailureKind[] = [
  'file absent',
  'not mounted',
  'kernel module absent',
  'logical volume absent',
  'volume group unseen',
  'physical volume label absent',
  'device unseen',
  'thin pool half active',
  'block volume absent',
  'block volume exists',
];

describe('what lvm says', () => {
  it('is heard behind a wrapper too', () => {
    const { said } = ofLife('err-lvremove-missing');
    const wrapped = { ...said, argv: ['/usr/sbin/exec-on-host', '/usr/sbin/lvm', ...said.argv.slice(1)] };
    expect(kindsOf(wrapped)).toEqual(['logical volume absent']);
  });

  it('proves no absence when it did not end with its own exit code', () => {
    for (const kind of ['logical volume absent', 'volume group unseen', 'physical volume label absent'] as const)
      for (const { said } of proofsOf(kind))
        for (const exitCode of [0, 1, 3, 126, 127, 137])
          expect(kindsOf({ ...said, exitCode }), `${kind}, ${exitCode}`).not.toContain(kind);
  });
});

describe('what gluster says', () => {
  it.each([126, 127])(
    'is nothing that stands beside exit code %i, which a shell gives that did not start it',
    (exitCode) => {
      const stderr = 'sudo: gluster: command not found\nVolume v does not exist';
      const said = { argv: ['gluster', 'volume', 'delete', 'v'], exitCode, stdout: '', stderr };
      expect(failsWith(said, 'volume absent')).toBe(false);
      expect(failsWith({ ...said, exitCode: 1 }, 'volume absent')).toBe(true);
    },
  );
});

describe('what gluster-block says of another thing', () => {
  const said = (stderr: string): Said => ({ argv: BLOCK.split(' '), exitCode: 2, stdout: '', stderr });
  const about = { hostingVolume: 'blockvol', name: 'blk_1' };

  it.each([
    "block blockvol/blk_11 doesn't exist",
    "block otherblockvol/blk_1 doesn't exist",
    "failed to delete config on blk_1.example: the host doesn't exist",
    'host blockvol does not exist',
    'Volume blockvol2 does not exist',
    'targetcli: No such path /backstores/user:glfs/blk_1 not found',
    'blk_1: Did not match any host',
  ])('proves no absence: %s', (text) => {
    expect(failsWith(said(text), 'block volume absent', about)).toBe(false);
  });
});

describe('the lock of a volume', () => {
  it('is named by the refusal, or by none', () => {
    const said = (text: string): Said => ({ argv: ['gluster'], exitCode: 1, stdout: '', stderr: text });
    expect(lockedVolume(gluster('err-volume-status-locked-xml').said)).toBe('v1');
    const ofPool = said('volume set: failed: Another transaction is in progress. Please try again after some time.\n');
    expect(failsWith(ofPool, 'another transaction in progress')).toBe(true);
    expect(lockedVolume(ofPool)).toBeNull();
  });
});
