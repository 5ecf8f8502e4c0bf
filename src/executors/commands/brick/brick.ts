import { volumeGroupName } from '../../../domain/device.js';
import type { Id } from '../../../domain/ids.js';
import {
  type Answer,
  answerTo,
  type Command,
  CommandError,
  type CommandResult,
  FinalRefusal,
  runAll,
  runOne,
  TransportError,
} from '../../executor.js';
import { failsWith } from '../../failures/failures.js';
import { autobackup, LONG_TIMEOUT_MS, lvm, program, SHORT_TIMEOUT_MS } from '../host/command-lines.js';
import { appendFstabLine, deleteFstabLine, findFstabLine } from '../host/fstab-lines.js';
import type { HostSettings } from '../host/host-settings.js';
import type { Hosts } from '../host/hosts.js';
import { parseThinCount } from '../lvm/lvm-report.js';
import { removeUnnamedMetadata } from '../lvm/unnamed-metadata.js';
import { type Claims, claimsError, refuseClaimed } from './brick-claims.js';

const ARBITER_CHUNK_SIZE = '256K';

/** A brick to be made: a thin volume in a pool of its own. Sizes in KiB. */
export interface BrickSpec {
  readonly deviceId: Id;
  readonly brickId: Id;
  /** The directory for gluster, below the mount point. */
  readonly path: string;
  readonly lv: string;
  readonly thinPool: string;
  readonly sizeKib: number;
  readonly thinPoolKib: number;
  readonly poolMetadataKib: number;
  readonly subType: 'normal' | 'arbiter';
  /** 0: the directory keeps root's group. */
  readonly gid: number;
}

/** What tells a brick on its host; `path` may lie under /run/gluster/snaps (bricks of clones). */
export interface BrickPlace {
  readonly deviceId: Id;
  readonly brickId: Id;
  readonly path: string;
  readonly lv: string;
  readonly thinPool: string;
}

/** Makes the brick in one batch. After a failure parts of it may be there; `destroyBrick` removes them. */
export async function createBrick(hosts: Hosts, host: string, spec: BrickSpec): Promise<void> {
  const { settings, executor } = hosts;
  const vg = volumeGroupName(spec.deviceId);
  const device = devicePath(vg, spec.lv);
  const mountPoint = mountPointOf(spec.path);
  const fstabLine = `${device} ${mountPoint} xfs ${settings.mountOptions} 1 2`;
  const long = (argv: readonly string[]) => program(argv, LONG_TIMEOUT_MS);
  const batch = [
    long(['mkdir', '-p', mountPoint]),
    lvm(settings, lvcreateArguments(settings, vg, spec), LONG_TIMEOUT_MS),
    makeFileSystem(settings, spec),
    appendFstabLine(settings.fstab, fstabLine),
    long(['mount', '-o', settings.mountOptions, device, mountPoint]),
    long(['mkdir', spec.path]),
    ...(spec.gid === 0 ? [] : [long(['chown', `:${spec.gid}`, spec.path]), long(['chmod', '2775', spec.path])]),
  ];
  try {
    await runAll(executor, host, batch);
  } catch (error) {
    if (error instanceof CommandError && error.argv[0] === 'mkfs.xfs') throw explainedMkfs(host, device, error);
    throw error;
  }
}

/** Refuses a logical volume that carries something. */
export function makeFileSystem(settings: HostSettings, spec: BrickSpec): Command {
  const device = devicePath(volumeGroupName(spec.deviceId), spec.lv);
  return program(['mkfs.xfs', ...xfsLayout(settings, spec), '-n', 'size=8192', device], LONG_TIMEOUT_MS);
}

/** mkfs.xfs prints its whole usage below the reason; newer ones refuse what older ones made. */
function explainedMkfs(host: string, device: string, error: CommandError): CommandError {
  const reason = error.stderr.split(/^Usage:/m)[0]?.trim() || error.message;
  const text = `mkfs.xfs on ${host} refused ${device}: ${reason}`;
  if (!failsWith(error, 'file system too small')) {
    const { argv, exitCode, stdout } = error;
    return new CommandError(host, { argv, timeoutMs: LONG_TIMEOUT_MS }, { exitCode, stdout, stderr: text });
  }
  const advice =
    'This mkfs.xfs makes no file systems that small (some: under 300 MiB), and an arbiter brick is as many times smaller than a data brick as user.heketi.average-file-size says (KiB, 64 by default): set a smaller one, or create a larger volume';
  return FinalRefusal.of(error, `${text}\n${advice}`);
}

/**
 * Removes the brick, whatever is left of it; parts that are gone already are fine. `poolRemoved` tells whether its
 * space is free again: a pool that still holds snapshots or clones stays, with its space. A brick that a volume of
 * gluster's has is refused, as far as `refuseClaimed` can tell; `ClaimsUnknown` when it can't tell with the witness.
 */
export async function destroyBrick(
  hosts: Hosts,
  host: string,
  brick: BrickPlace & Pick<BrickSpec, 'poolMetadataKib'>,
  claims: Claims = {},
): Promise<{ readonly poolRemoved: boolean }> {
  const { settings, executor } = hosts;
  const vg = volumeGroupName(brick.deviceId);
  const mountPoint = mountPointOf(brick.path);
  const umount = program(['umount', mountPoint], SHORT_TIMEOUT_MS);
  const removeLv = lvm(settings, ['lvremove', autobackup(settings), '-f', `${vg}/${brick.lv}`], SHORT_TIMEOUT_MS, {
    mayFail: true,
  });
  const count = lvm(
    settings,
    ['lvs', '--reportformat=json', '--options=vg_name,lv_name,thin_count', `${vg}/${brick.thinPool}`],
    SHORT_TIMEOUT_MS,
    { mayFail: true },
  );
  const rmdir = program(['rmdir', mountPoint], SHORT_TIMEOUT_MS, { mayFail: true });
  const deleteLine = isSnapshotMount(mountPoint) ? [] : [deleteFstabLine(settings.fstab, mountPoint)];

  const refuse = refuseClaimed(mountPoint, claims);
  const after = [...deleteLine, removeLv, count, rmdir];
  const answers = await runWhenUnmounted(hosts, host, [refuse, umount], mountPoint, after);
  const [lvRemoved, counted] = answers.slice(-3) as [Answer, Answer];
  const isAbsent = (answer: Answer, lv: string) => failsWith(answer, 'logical volume absent', { vg, lv });
  const isHeldByPool = failsWith(lvRemoved, 'thin pool half active', { vg, pool: brick.thinPool });
  if (lvRemoved.exitCode !== 0 && !isHeldByPool && !isAbsent(lvRemoved, brick.lv))
    throw refusal(host, removeLv, lvRemoved, vg);
  if (counted.exitCode !== 0) {
    if (!isAbsent(counted, brick.thinPool)) throw refusal(host, count, counted, vg);
    // Either the brick was removed before, or its lvcreate ended before there was a pool.
    await removeUnnamedMetadata(hosts, host, vg, brick.poolMetadataKib);
    return { poolRemoved: true };
  }
  const volumes = parseThinCount(counted.stdout, vg, brick.thinPool);
  // The pool goes with the brick's volume in it, and with nothing else.
  if (isHeldByPool && volumes > 1) throw new CommandError(host, removeLv, lvRemoved);
  if (!isHeldByPool && volumes > 0) return { poolRemoved: false };
  const removePool = lvm(
    settings,
    ['lvremove', autobackup(settings), '-f', `${vg}/${brick.thinPool}`],
    SHORT_TIMEOUT_MS,
    { mayFail: true },
  );
  const poolRemoved = await runOne(executor, host, removePool);
  if (poolRemoved.exitCode !== 0 && !isAbsent(poolRemoved, brick.thinPool))
    throw refusal(host, removePool, poolRemoved, vg);
  return { poolRemoved: true };
}

/** A missing group is a missing disk: what lies on it is there again when the disk is. */
function refusal(host: string, command: Command, result: Answer, vg: string): CommandError {
  if (!failsWith(result, 'volume group unseen', { vg })) return new CommandError(host, command, result);
  const stderr =
    `lvm on ${host} does not show volume group ${vg}: its disk is away, or hidden by a filter of lvm.conf. What is on ` +
    `it keeps its space and is removed when the disk is back (lvm said: ${result.stderr.trim()})`;
  return new CommandError(host, command, { ...result, stderr });
}

/** What of a brick is on its host. */
export async function probeBrick(
  hosts: Hosts,
  host: string,
  brick: Omit<BrickPlace, 'brickId'>,
): Promise<{
  readonly lvExists: boolean;
  readonly poolExists: boolean;
  readonly isMounted: boolean;
  readonly inFstab: boolean;
}> {
  const { settings, executor } = hosts;
  const vg = volumeGroupName(brick.deviceId);
  const mountPoint = mountPointOf(brick.path);
  const lvs = (name: string) =>
    lvm(settings, ['lvs', '--noheadings', '--options=lv_name', `${vg}/${name}`], SHORT_TIMEOUT_MS, { mayFail: true });
  const batch = [
    lvs(brick.lv),
    lvs(brick.thinPool),
    mountedSource(mountPoint),
    findFstabLine(settings.fstab, mountPoint),
  ] as const;
  const results = (await runAll(executor, host, batch)) as [Answer, Answer, Answer, Answer];
  const exists = (i: 0 | 1, lv: string) => {
    if (results[i].exitCode !== 0 && !failsWith(results[i], 'logical volume absent', { vg, lv }))
      throw refusal(host, batch[i], results[i], vg);
    return results[i].exitCode === 0;
  };
  return {
    lvExists: exists(0, brick.lv),
    poolExists: exists(1, brick.thinPool),
    isMounted: results[2].exitCode === 0,
    inFstab: results[3].exitCode === 0,
  };
}

function lvcreateArguments(settings: HostSettings, vg: string, spec: BrickSpec): readonly string[] {
  return [
    'lvcreate',
    '-qq',
    autobackup(settings),
    '--poolmetadatasize',
    `${spec.poolMetadataKib}K`,
    '--chunksize',
    spec.subType === 'arbiter' ? ARBITER_CHUNK_SIZE : settings.lvChunkSize,
    '--size',
    `${spec.thinPoolKib}K`,
    '--thin',
    `${vg}/${spec.thinPool}`,
    '--virtualsize',
    `${spec.sizeKib}K`,
    '--name',
    spec.lv,
  ];
}

/** An arbiter holds file names only: inodes may take all of its space. */
function xfsLayout(settings: HostSettings, spec: BrickSpec): readonly string[] {
  if (spec.subType === 'arbiter') return ['-i', 'maxpct=100'];
  const stripes = settings.xfsSu && settings.xfsSw ? ['-d', `su=${settings.xfsSu},sw=${settings.xfsSw}`] : [];
  return ['-i', 'size=512', ...stripes];
}

/** One batch as a rule. It stops at a refused umount: a brick that stays mounted keeps its fstab line and its volume. */
async function runWhenUnmounted(
  hosts: Hosts,
  host: string,
  [refuse, umount]: readonly [Command, Command],
  mountPoint: string,
  after: readonly Command[],
): Promise<readonly Answer[]> {
  const { executor } = hosts;
  const [claimed, unmounted, ...first] = await executor.run(host, [refuse, umount, ...after]);
  if (claimed && claimed.exitCode !== 0) throw claimsError(host, refuse, claimed);
  let results = first;
  if (!unmounted) throw new TransportError(host, `no answer from ${host}`, true);
  if (unmounted.exitCode !== 0) {
    const source = await runOne(executor, host, mountedSource(mountPoint));
    if (source.exitCode === 0) {
      await logOpenFiles(hosts, host, mountPoint);
      throw new CommandError(host, umount, unmounted);
    }
    // Without findmnt only umount itself can say it.
    const refusal = new CommandError(host, umount, unmounted);
    const isUnmounted = source.exitCode === 1 && !failsWith(source, 'program missing');
    if (!isUnmounted && !failsWith(refusal, 'not mounted', { path: mountPoint })) throw refusal;
    // Between two batches it may have been mounted, for another volume.
    const [claimedSince, ...others] = await executor.run(host, [refuse, ...after]);
    if (claimedSince && claimedSince.exitCode !== 0) throw claimsError(host, refuse, claimedSince);
    results = others;
  }
  const [last, refused] = [results.at(-1), after[results.length - 1]];
  if (last && refused && last.exitCode !== 0 && !refused.mayFail) throw new CommandError(host, refused, last);
  if (results.length < after.length) {
    throw new TransportError(host, `only ${results.length} of ${after.length} commands on ${host} were answered`, true);
  }
  return after.map((command, i) => answerTo(command, results[i] as CommandResult));
}

/** Exit code 0: mounted. */
function mountedSource(mountPoint: string): Command {
  return program(['findmnt', '-n', '-o', 'SOURCE', mountPoint], SHORT_TIMEOUT_MS, { mayFail: true });
}

/** The debug log shows each command's output: that is where an administrator finds who keeps the brick busy. */
async function logOpenFiles(hosts: Hosts, host: string, mountPoint: string): Promise<void> {
  if (!hosts.settings.debugUmountFailures) return;
  await runAll(hosts.executor, host, [program(['lsof', mountPoint], SHORT_TIMEOUT_MS, { mayFail: true })]);
}

/** gluster mounts clones and snapshots itself; they have no fstab line. */
export function isSnapshotMount(mountPoint: string): boolean {
  return /^\/(?:var\/)?run\/gluster\//.test(mountPoint);
}

/** Where a brick's file system is mounted. */
export function mountPointOf(path: string): string {
  return path.replace(/\/brick$/, '');
}

/** device-mapper doubles the dashes of VG and LV names. */
export function devicePath(vg: string, lv: string): string {
  return `/dev/mapper/${vg.replaceAll('-', '--')}-${lv.replaceAll('-', '--')}`;
}
