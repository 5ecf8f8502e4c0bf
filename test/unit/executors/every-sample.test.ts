import { describe, expect, it } from 'vitest';
import {
  parseHealInfo,
  readBrickProcesses,
  readVolumes,
} from '../../../src/executors/commands/gluster/gluster-volume-xml.js';
import {
  child,
  childNumber,
  children,
  childText,
  readGlusterXml,
  type XmlElement,
} from '../../../src/executors/commands/gluster/gluster-xml.js';
import { readPeers } from '../../../src/executors/commands/gluster/glusterd.js';
import { parseBlockDevices, parseMounts, parseSignatures } from '../../../src/executors/commands/host/block-devices.js';
import { parseGroups, parseGroupVolumes, parseMembers } from '../../../src/executors/commands/lvm/group-report.js';
import {
  parseLogicalVolumes,
  parseOccupiedPhysicalVolumes,
  parsePhysicalVolumes,
  parseVolumeGroupSizes,
} from '../../../src/executors/commands/lvm/lvm-report.js';
import { findUnnamedMetadata } from '../../../src/executors/commands/lvm/unnamed-metadata.js';
import type { FailureKind } from '../../../src/executors/failures/kinds.js';
import { kindsOf, namesIn, ofGluster, recorded, type Sample, saidIn, sample } from './samples.js';

const COMMAND = { argv: ['gluster', '--xml'], timeoutMs: 1 };
const VG = 'vg_0123456789abcdef0123456789abcde';
const brick = (n: number, name: string) => `10.77.0.${n}:/var/lib/heketi/mounts/${VG}${n}/brick_${name}/brick`;

const xml = (found: Sample): Promise<XmlElement> => readGlusterXml('n1', COMMAND, found);
const path = async (found: Sample, ...names: readonly string[]) =>
  names.reduce<XmlElement | null>((at, name) => child(at, name), await xml(found));

/** What the sample is taken for. */
const judged = (found: Sample): readonly FailureKind[] => kindsOf(saidIn(found));
const isFailure = (found: Sample): boolean => saidIn(found).exitCode !== 0;

const FAILURES: Readonly<Record<string, readonly FailureKind[]>> = {
  'err-add-brick-in-use': [],
  'err-add-brick-wrong-count': [],
  'err-heal-brick-down': [],
  'err-heal-info-missing': ['volume absent'],
  'err-lvcreate-exists': [],
  'err-lvcreate-no-space': [],
  'err-lvcreate-no-vg': ['volume group unseen'],
  'err-lvremove-in-use': [],
  'err-lvremove-missing': ['logical volume absent'],
  'err-lvremove-pool-with-clone-lv': [],
  'err-mkfs-on-existing-fs': [],
  'err-mount-again': [],
  'err-peer-detach-not-peer': ['peer absent'],
  'err-peer-detach-with-bricks': [],
  'err-peer-probe-unknown-name': [],
  'err-peer-probe-unreachable': [],
  'err-peer-probe-unreachable-xml': [],
  'err-pvcreate-already-in-vg': [],
  'err-pvcreate-has-filesystem': [],
  'err-pvcreate-missing-device': ['device unseen'],
  'err-pvcreate-mounted': [],
  'err-pvremove-in-vg': [],
  'err-pvremove-not-pv': ['physical volume label absent'],
  'err-replace-brick-unknown': [],
  'err-snapshot-create-exists': [],
  'err-snapshot-create-exists-xml': [],
  'err-snapshot-create-no-volume': ['volume absent'],
  'err-snapshot-create-node-down': [],
  'err-snapshot-delete-missing': ['snapshot absent'],
  'err-umount-busy': [],
  'err-umount-not-mounted': ['not mounted'],
  'err-vgcreate-exists': [],
  'err-vgdisplay-missing': ['volume group unseen'],
  'err-vgremove-has-lvs': [],
  'err-volume-create-after-failed-create': [],
  'err-volume-create-brick-in-use': [],
  'err-volume-create-brick-in-use-xml': [],
  'err-volume-create-dir-missing': [],
  'err-volume-create-exists': [],
  'err-volume-create-exists-xml': [],
  'err-volume-create-mountpoint': [],
  'err-volume-create-node-down': [],
  'err-volume-create-node-down-xml': [],
  'err-volume-create-not-peer': [],
  'err-volume-create-not-peer-xml': [],
  'err-volume-create-old-brick-xattr': [],
  'err-volume-create-replica2-prompt': [],
  'err-volume-create-wrong-count': [],
  'err-volume-delete-missing': ['volume absent'],
  'err-volume-delete-missing-xml': ['volume absent'],
  'err-volume-delete-started': [],
  'err-volume-delete-started-xml': [],
  'err-volume-delete-with-snapshots': [],
  'err-volume-info-missing': ['volume absent'],
  'err-volume-info-missing-plain': ['volume absent'],
  'err-volume-set-bad': ['volume option unknown'],
  'err-volume-start-again': ['volume started already'],
  'err-volume-start-again-xml': ['volume started already'],
  'err-volume-stop-again': ['volume stopped already'],
  'err-volume-stop-again-xml': ['volume stopped already'],
  'err-wipefs-mounted': [],
  'lvs-missing': ['logical volume absent'],
};

const peers = async (found: Sample) =>
  (await readPeers('n1', COMMAND, found)).map(({ name, isConnected }) => [name, isConnected]);
const processes = async (found: Sample) =>
  (await readBrickProcesses('n1', COMMAND, found)).map(({ name, isRunning }) => [name, isRunning]);
const healing = async (found: Sample) =>
  parseHealInfo(await xml(found)).map(({ status, entries }) => [status, entries]);
const volumes = async (found: Sample) =>
  (await readVolumes('n1', COMMAND, found)).map(({ name, status, type, bricks }) => [
    name,
    status,
    type,
    bricks.length,
  ]);

const ALL_CONNECTED = [
  ['10.77.0.2', true],
  ['10.77.0.3', true],
];
const ALL_RUNNING = [1, 2, 3].map((n) => [brick(n, 'a'), true]);
const ALL_HEALED = Array.from({ length: 3 }, () => ['Connected', 0]);
const NODE_DOWN = [
  ['Connected', 0],
  ['Transport endpoint is not connected', null],
  ['Connected', 0],
];

/** What a parser of ours reads from the sample. */
const READINGS: Readonly<Record<string, readonly [read: (found: Sample) => unknown, expected: unknown]>> = {
  'clone-volume-info-xml': [volumes, [['clone_a', 0, 2, 3]]],
  'err-volume-info-none': [volumes, []],
  'heal-info-brick-down-xml': [
    healing,
    [
      ['Connected', 6],
      ['Transport endpoint is not connected', null],
      ['Connected', 6],
    ],
  ],
  'heal-info-healed-xml': [healing, ALL_HEALED],
  'heal-info-node-down-xml': [healing, NODE_DOWN],
  'heal-info-split-brain-xml': [healing, ALL_HEALED],
  // The summary counts in other elements: not a number, rather than 0.
  'heal-info-summary-xml': [healing, Array.from({ length: 3 }, () => ['Connected', null])],
  'heal-info-xml': [healing, ALL_HEALED],
  'lsblk-json': [
    (found) => parseBlockDevices(found.stdout)?.map(({ name, mountPoint, contents }) => [name, mountPoint, contents]),
    [['ubda', '/', 'ext4'], ...['ubdb', 'ubdc', 'ubdd', 'ubde'].map((name) => [name, null, null])],
  ],
  lsblk: [(found) => parseBlockDevices(found.stdout), null],
  'lvs-json': [
    (found) =>
      parseLogicalVolumes(found.stdout).map(({ lvName, isActive, poolUsedRatio }) => [lvName, isActive, poolUsedRatio]),
    [
      ['brick_a', true, null],
      ['brick_loud', true, null],
      ['lvol0_pmspare', false, null],
      ['tp_brick_a', true, 0.1055],
      ['tp_brick_a_tdata', true, null],
      ['tp_brick_a_tmeta', true, null],
      ['tp_loud', true, 0.1045],
      ['tp_loud_tdata', true, null],
      ['tp_loud_tmeta', true, null],
    ],
  ],
  'lvs-left-by-deleted-clone': [
    (found) => parseMounts(found.stdout).map(({ target }) => target),
    ['/run/gluster/snaps/38d3f22533bc44b999ca6c72cefd88eb/brick1'],
  ],
  'lvs-after-clone-delete': [
    (found) => parseMounts(found.stdout).map(({ target }) => target),
    ['c867298686dc499c97298adb47fd9e92', '38d3f22533bc44b999ca6c72cefd88eb'].map(
      (id) => `/run/gluster/snaps/${id}/brick1`,
    ),
  ],
  'lvs-after-failed-snapshot': [(found) => parseMounts(found.stdout).length, 1],
  'mkfs-ext4-on-disk': [(found) => parseSignatures(found.stdout), ['ext4']],
  'mount-grep': [
    (found) => parseMounts(found.stdout),
    [
      {
        source: `/dev/mapper/${VG}1-brick_a`,
        target: `/var/lib/heketi/mounts/${VG}1/brick_a`,
        type: 'xfs',
      },
    ],
  ],
  'mounts-after-reboot': [
    (found) => parseMounts(found.stdout).map(({ source }) => source),
    ['a', 'b', 'c'].map((name) => `/dev/mapper/${VG}2-brick_${name}`),
  ],
  'peer-detach-xml': [async (found) => childText(await xml(found), 'output'), 'success'],
  'peer-probe-3-xml': [async (found) => childText(await xml(found), 'output'), 'success'],
  'peer-probe-already-xml': [
    async (found) => [childText(await xml(found), 'opErrno'), childText(await xml(found), 'output')],
    ['2', 'Host 10.77.0.2 port 24007 already in peer list'],
  ],
  'peer-status-node-down-xml': [
    peers,
    [
      ['10.77.0.2', false],
      ['10.77.0.3', true],
    ],
  ],
  'peer-status-none-xml': [peers, []],
  'peer-status-xml': [peers, ALL_CONNECTED],
  'pool-list-xml': [peers, [...ALL_CONNECTED, ['localhost', true]]],
  'pvs-json': [
    (found) => parsePhysicalVolumes(found.stdout).map(({ pvName, vgName }) => [pvName, vgName]),
    [
      ['/dev/ubdb', `${VG}1`],
      ['/dev/ubdc', `${VG}c`],
    ],
  ],
  'rebalance-status-xml': [
    async (found) => children(await path(found, 'volRebalance'), 'node').map((node) => childText(node, 'statusStr')),
    ['in progress', 'in progress', 'in progress'],
  ],
  'remove-brick-status-xml': [
    async (found) => childText(await path(found, 'volRemoveBrick', 'aggregate'), 'statusStr'),
    'in progress',
  ],
  'snapshot-clone-xml': [async (found) => childText(await path(found, 'CloneCreate', 'volume'), 'name'), 'clone_a'],
  'snapshot-create-xml': [async (found) => childText(await path(found, 'snapCreate', 'snapshot'), 'name'), 'snap_a'],
  'snapshot-delete-b-xml': [
    async (found) => childText(await path(found, 'snapDelete', 'snapshots', 'snapshot'), 'status'),
    'Success',
  ],
  'snapshot-info-xml': [
    async (found) => childText(await path(found, 'snapInfo', 'snapshots', 'snapshot', 'snapVolume'), 'status'),
    'Started',
  ],
  'snapshot-list-xml': [
    async (found) => [
      childNumber(await path(found, 'snapList'), 'count'),
      children(await path(found, 'snapList'), 'snapshot'),
    ],
    [2, ['snap_a', 'snap_b']],
  ],
  'snapshot-status-xml': [
    async (found) => children(await path(found, 'snapStatus', 'snapshots', 'snapshot', 'volume'), 'brick').length,
    3,
  ],
  'vgdisplay-colon': [(found) => parseVolumeGroupSizes(found.stdout, `${VG}1`, null).totalKib, 8159 * 4096],
  'volume-get-xml': [async (found) => childText(await path(found, 'volGetopts', 'Opt'), 'Value'), '5'],
  'volume-info-2x3-xml': [volumes, [['vol_a', 1, 7, 6]]],
  'volume-info-all-xml': [volumes, [['vol_a', 1, 2, 3]]],
  'volume-info-created-xml': [volumes, [['vol_a', 0, 2, 3]]],
  'volume-info-xml': [volumes, [['vol_a', 1, 2, 3]]],
  'volume-list-xml': [async (found) => children(await path(found, 'volList'), 'volume'), ['vol_a']],
  'volume-status-brick-down-xml': [processes, [1, 2, 3].map((n) => [brick(n, 'a'), n !== 2])],
  'volume-status-detail-xml': [processes, ALL_RUNNING],
  'volume-status-node-down-xml': [processes, [1, 3].map((n) => [brick(n, 'a'), true])],
  'volume-status-xml': [processes, ALL_RUNNING],
};

/** Successes of which the exit code is all that matters: warnings on stderr do not make them failures. */
const SUCCESSES: readonly string[] = [
  ...['add1', 'add2', 'add3', 'brick1', 'brick2', 'brick3', 'new2'].flatMap((prefix) =>
    ['fstab', 'lvcreate-thin', 'mkdir-brick', 'mkdir-mount', 'mkfs-xfs', 'mount'].map((step) => `${prefix}-${step}`),
  ),
  ...['add-brick', 'brick-has-data', 'brick-has-data-2', 'brick-kill', 'clone-delete', 'clone-mount-read'],
  ...['clone-start', 'clone-stop', 'data-still-there', 'deleted-clone-cleanup', 'df', 'df-inodes', 'dmsetup-status'],
  ...['dmsetup-table', 'fuse-mount', 'fuse-umount', 'fuse-write', 'glusterd-info', 'glusterd-restart', 'heal-info'],
  ...['heal-start', 'healed', 'healed-after-reboot', 'lvcreate-thin-verbose', 'lvremove-brick', 'lvremove-pool'],
  ...[
    'lvs-after-data',
    'lvs-heketi-pool',
    'lvs-thin-count',
    'lvs-thin-count-snapshots',
    'lvs-thin-count-zero',
    'lvs-plain',
    'lvs-with-snapshots',
    'peer-detach',
    'peer-probe-2',
  ],
  ...['peer-probe-already', 'peer-probe-back', 'peer-probe-self', 'peer-status', 'peer-status-back'],
  ...['peer-status-node-down', 'peer-status-none', 'pool-list', 'pool-list-end', 'pool-list-node-down', 'pvcreate-1'],
  ...['pvcreate-2', 'pvcreate-3', 'pvcreate-mounted-setup', 'pvcreate-quiet', 'pvremove-loud', 'pvs-plain'],
  ...['rebalance-start', 'rebalance-status', 'remove-brick-commit', 'remove-brick-start', 'replace-brick'],
  ...['replaced-brick-healed', 'snapshot-activate', 'snapshot-create', 'snapshot-deactivate', 'snapshot-delete'],
  ...['snapshot-list-none', 'sudo-user', 'systemctl-status-glusterd', 'udevadm-symlink', 'umount-brick', 'umount-wipe'],
  ...['vgcreate-1', 'vgcreate-2', 'vgcreate-3', 'vgcreate-quiet', 'vgremove-loud', 'vgs-json', 'volume-create'],
  ...['volume-delete', 'volume-info', 'volume-list-none', 'volume-set', 'volume-set-heal-timeout', 'volume-start'],
  ...['volume-start-force', 'volume-status', 'volume-stop', 'volume-stop-force-again', 'wipe-1', 'wipe-2', 'wipe-3'],
  ...['wipefs', 'write-with-brick-down', 'write-with-node-down', 'xattr-after-failed-create', 'xfs-info'],
];

const devices = (found: Sample) =>
  parseBlockDevices(found.stdout)?.map((device) => [
    device.type,
    device.contents,
    device.mountPoint,
    device.children.map((on) => on.name),
  ]);
const occupied = (found: Sample) =>
  parseOccupiedPhysicalVolumes(found.stdout).map(({ vgName, pvCount, lvCount }) => [vgName, pvCount, lvCount]);
const signatures = (found: Sample) => parseSignatures(found.stdout);
const MEMBERS_OF_FOREIGN = ['/dev/mapper/foreign-pool_tmeta', '/dev/mapper/foreign-pool_tdata'];

const groups = (found: Sample) =>
  parseGroups(found.stdout).map(({ disks, freeExtents, extents, missingDisks }) => [
    disks,
    freeExtents,
    extents,
    missingDisks,
  ]);
const members = (found: Sample) =>
  parseMembers(found.stdout).map(({ path, isMissing, deviceKib }) => [path, isMissing, deviceKib]);
/** Of the first group: what lies in no pool and is no pool, and what is hidden. */
const foreignAndHidden = (found: Sample) => {
  const rows = parseGroupVolumes(found.stdout).filter(({ group }) => group === `${VG}1`);
  return [
    rows.filter(({ isHidden, isPool, pool }) => !isHidden && !isPool && pool === ''),
    rows.filter(({ isHidden }) => isHidden),
  ].map((some) => some.map(({ name }) => name));
};
/** The group on a disk that stays well. */
const SECOND = [1, 859, 991, 0];
const IN_SECOND = ['/dev/mapper/diskc', false, 4193280];

const RECORDED_READINGS: typeof READINGS = {
  'blkid-empty-disk': [signatures, []],
  'blkid-ext4': [signatures, ['ext4']],
  'blkid-missing': [signatures, []],
  'blkid-mounted': [signatures, ['ext4']],
  'blkid-partitions': [signatures, ['dos']],
  'blkid-pv': [signatures, ['LVM2_member']],
  'blkid-swap': [signatures, ['swap']],
  'lsblk-empty-disk': [devices, [['disk', null, null, []]]],
  'lsblk-ext4': [devices, [['disk', 'ext4', null, []]]],
  'lsblk-missing': [devices, []],
  'lsblk-mounted': [devices, [['disk', 'ext4', '/mnt/y', []]]],
  'lsblk-one-partition': [devices, [['part', null, null, []]]],
  'lsblk-partitions': [devices, [['disk', null, null, ['/dev/ubdd1']]]],
  'lsblk-pv-inactive-lvs': [devices, [['disk', 'LVM2_member', null, MEMBERS_OF_FOREIGN]]],
  'lsblk-pv-no-group': [devices, [['disk', 'LVM2_member', null, []]]],
  'lsblk-pv-with-lvs': [devices, [['disk', 'LVM2_member', null, ['/dev/mapper/foreign-data', ...MEMBERS_OF_FOREIGN]]]],
  'lsblk-regular-file': [devices, []],
  'lsblk-swap': [devices, [['disk', 'swap', '[SWAP]', []]]],
  'lvs-all': [foreignAndHidden, [['admins'], ['lvol0_pmspare', 'tp_brick_a_tdata', 'tp_brick_a_tmeta']]],
  'lvs-all-dead-disk': [foreignAndHidden, [[], []]],
  'lvs-all-missing-disk': [
    foreignAndHidden,
    [
      ['admins', 'onboth'],
      ['lvol0_pmspare', 'tp_brick_a_tdata', 'tp_brick_a_tmeta'],
    ],
  ],
  'lvs-inactive': [
    (found) => parseLogicalVolumes(found.stdout),
    [
      { vgName: 'foreign', lvName: 'data', isActive: false, poolUsedRatio: null },
      { vgName: 'foreign', lvName: 'pool', isActive: true, poolUsedRatio: null },
    ],
  ],
  'lvs-unnamed-metadata': [
    (found) => [8192, 4096].map((kib) => findUnnamedMetadata(found.stdout, kib)),
    [['lvol0'], []],
  ],
  'plain-user-lsblk': [devices, [['disk', null, null, []]]],
  'pvs-foreign-group': [occupied, [['foreign', 1, 2]]],
  'pvs-members': [members, [['/dev/mapper/diskb', false, 4193280], IN_SECOND]],
  'pvs-members-dead-disk': [members, [IN_SECOND]],
  'pvs-members-extended': [
    members,
    [['/dev/mapper/diskb', false, 4193280], IN_SECOND, ['/dev/mapper/diskd', false, 4193280]],
  ],
  'pvs-members-missing-disk': [members, [['/dev/mapper/diskb', false, 4193280], IN_SECOND, ['[unknown]', true, null]]],
  'pvs-missing': [occupied, []],
  'pvs-no-group': [occupied, [['', 0, 0]]],
  'pvs-not-a-pv': [occupied, []],
  'vgs-groups': [groups, [[1, 706, 991, 0], SECOND]],
  'vgs-groups-dead-disk': [groups, [SECOND]],
  'vgs-groups-extended': [groups, [[2, 1729, 2014, 0], SECOND]],
  'vgs-groups-missing-disk': [groups, [[2, 1727, 2014, 1], SECOND]],
};

const RECORDED_FAILURES: typeof FAILURES = {
  'lvremove-pool-half-active': ['thin pool half active'],
  'lsblk-missing': ['not a block device'],
  'lsblk-regular-file': ['not a block device'],
  'modprobe-none': ['kernel module absent'],
  'plain-user-blkid': ['rights missing'],
  'plain-user-pvs': ['rights missing'],
  'pvcreate-partitions': [],
  'pvs-missing': ['device unseen'],
  'vgdisplay-dead-disk': ['volume group unseen'],
  'pvs-not-a-pv': ['physical volume label absent'],
  'stat-missing': ['file absent'],
  'sudo-missing-program': ['program missing'],
  'sudo-refused': ['sudo refused'],
  'sudo-refused-n': ['sudo refused'],
  'sudo-not-allowed': ['sudo refused'],
  'sudo-not-in-sudoers': ['sudo refused'],
  'sudo-unknown-user': ['sudo failed'],
  'program-missing': ['program missing'],
  'program-missing-in-path': ['program missing'],
  'program-not-executable': ['program not executable'],
  'dd-dead-disk': ['disk error'],
  'dd-no-such-device': ['disk error'],
  'mkfs-xfs-too-small': ['file system too small'],
  'mkfs-xfs-small-groups': ['file system too small'],
};

const RECORDED_SUCCESSES = [
  'lvs-thin-count-plain',
  ...[
    'dmsetup-targets',
    'getent-ahosts',
    'getent-ahosts-own',
    'findmnt-pair',
    'findmnt-source-mounted',
    'findmnt-source-root',
    'lvchange-active',
  ],
  ...['mkfs-xfs-version', 'modprobe-thin', 'stat-disk', 'stat-file', 'thin-check-version'],
];

/** What GlusterFS 10.3 says while glusterd is busy, down or late, of a machine installed anew, and of what it does not take. */
const GLUSTER_FAILURES: typeof FAILURES = {
  'err-peer-probe-other-cluster': [],
  'err-reset-brick-new': ['brick known too late'],
  'err-reset-brick-not-connected': [],
  'err-reset-brick-not-started': [],
  'err-reset-brick-peer-rejected': [],
  'err-reset-brick-running': [],
  'err-reset-brick-unknown': [],
  'err-glusterd-down': ['glusterd down'],
  'err-glusterd-down-xml': ['glusterd down'],
  'err-volume-create-name-character': ['volume name refused'],
  'err-volume-create-name-too-long': ['volume name refused'],
  'err-volume-info-timeout-xml': ['request timed out'],
  'err-volume-set-timeout': ['request timed out'],
  'err-volume-status-locked-xml': ['another transaction in progress'],
  'err-volume-status-not-started': ['volume not started'],
  'err-volume-status-not-started-xml': ['volume not started'],
};

/** These say "no" by their exit code alone. */
const RECORDED_DENIALS = [
  ...['blkid-empty-disk', 'blkid-missing', 'findmnt-pair-none', 'findmnt-source-none'],
  'getent-ahosts-unknown',
];

describe('every recorded output', () => {
  it('has an expectation', () => {
    expect([...new Set([...Object.keys(FAILURES), ...Object.keys(READINGS), ...SUCCESSES])].sort()).toEqual(
      namesIn('samples'),
    );
    const expected = [RECORDED_FAILURES, RECORDED_READINGS].flatMap(Object.keys);
    expect([...new Set([...expected, ...RECORDED_SUCCESSES, ...RECORDED_DENIALS])].sort()).toEqual(namesIn('recorded'));
  });

  it.each(namesIn('samples'))('%s', async (name) => {
    const found = sample(name);
    expect(judged(found)).toEqual(FAILURES[name] ?? []);
    expect(isFailure(found)).toBe(name in FAILURES);
    const reading = READINGS[name];
    if (reading) expect(await reading[0](found)).toEqual(reading[1]);
  });

  it.each(namesIn('gluster'))('%s, of gluster', (name) => {
    const found = ofGluster(name);
    expect(judged(found)).toEqual(GLUSTER_FAILURES[name] ?? []);
    expect(isFailure(found)).toBe(name in GLUSTER_FAILURES);
  });

  it.each(namesIn('recorded'))('%s, as the preflight sees it', async (name) => {
    const found = recorded(name);
    expect(judged(found)).toEqual(RECORDED_FAILURES[name] ?? []);
    expect(isFailure(found)).toBe(name in RECORDED_FAILURES || RECORDED_DENIALS.includes(name));
    const reading = RECORDED_READINGS[name];
    if (reading) expect(await reading[0](found)).toEqual(reading[1]);
  });
});

it('a peer that was installed anew is reached, and not connected: the pool rejects it', async () => {
  expect(await peers(ofGluster('pool-list-rejected-xml'))).toEqual([
    ['10.78.0.2', true],
    ['10.78.0.3', false],
    ['localhost', true],
  ]);
});

describe('reports with messages in them', () => {
  const report = sample('pvs-json').stdout;
  const warned = report.replace(
    '          {\n',
    '  WARNING: PV /dev/ubdz in VG x is missing.\n  File descriptor 9 (pipe:[1]) leaked on lvm invocation. Parent PID 1: bash\n          {\n',
  );

  it('are read where lvm prints warnings to stdout', () => {
    expect(parsePhysicalVolumes(warned)).toEqual(parsePhysicalVolumes(report));
    expect(parseOccupiedPhysicalVolumes(`  Failed to find physical volume "/dev/x".\n${report}`)).toHaveLength(2);
    const sizes = sample('vgdisplay-colon').stdout;
    expect(parseVolumeGroupSizes(`  WARNING: Running as a non-root user.\n${sizes}`, `${VG}1`, null)).toEqual(
      parseVolumeGroupSizes(sizes, `${VG}1`, null),
    );
  });

  it('are refused when cut off, whatever is in them', async () => {
    expect(() => parsePhysicalVolumes(warned.slice(0, -40))).toThrow(/not JSON/);
    await expect(readBrickProcesses('n1', COMMAND, sample('volume-info-xml'))).rejects.toThrow(/no volume status/);
  });

  it('of gluster keep a single peer, brick process and volume as lists', async () => {
    const one = sample('volume-status-xml').stdout.replace(/(<node>.*?<\/node>\s*)+/s, (all) =>
      all.slice(0, all.indexOf('</node>') + '</node>'.length),
    );
    expect(await readBrickProcesses('n1', COMMAND, { ...sample('volume-status-xml'), stdout: one })).toEqual([
      { volume: 'vol_a', name: brick(1, 'a'), isRunning: true },
    ]);
  });
});
