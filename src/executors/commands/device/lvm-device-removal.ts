import { deviceMountRoot } from '../../../domain/brick.js';
import { volumeGroupName } from '../../../domain/device.js';
import { DomainError } from '../../../domain/errors.js';
import { type Answer, type Command, CommandError, type CommandResult, runAll, TransportError } from '../../executor.js';
import { failsWith } from '../../failures/failures.js';
import { BLOCK_DEVICE_COLUMNS, flattened, parseBlockDevices, parseSignatures } from '../host/block-devices.js';
import { lvm, program, SHORT_TIMEOUT_MS } from '../host/command-lines.js';
import type { Hosts } from '../host/hosts.js';
import { LvmReportError, type PhysicalVolumeRow, parsePhysicalVolumes } from '../lvm/lvm-report.js';
import { effectivePath, groupMembers, type KnownDevice, physicalVolume } from './lvm-device-commands.js';

/**
 * Removes the volume group and then its physical volume; both being gone already is success. A volume group that
 * still holds logical volumes is refused (by lvm, which would ask), and a physical volume of another group left alone.
 * `tell.onGroupRemoved` is called when the group has been removed, whatever comes after.
 *
 * That lvm shows no such group does not say that it is gone: its disk must be there and carry none. Otherwise refuses.
 */
export async function tearDownDevice(
  hosts: Hosts,
  host: string,
  device: KnownDevice,
  tell: { readonly onGroupRemoved?: () => void } = {},
): Promise<void> {
  const vg = volumeGroupName(device.deviceId);
  const path = effectivePath(device);
  const refuse = (reason: string, cause?: Error): never => {
    const text = `Failed to delete device ${path} with id ${device.deviceId} on host ${host}: ${reason}`;
    throw new DomainError('failed', text, { cause });
  };
  const refused = (command: Command, result: CommandResult): never => {
    const cause = new CommandError(host, command, result);
    return refuse(cause.message, cause);
  };
  const removal = lvm(hosts.settings, ['vgremove', '-qq', vg], SHORT_TIMEOUT_MS);
  const [list, remove, pv] = await runTolerant(hosts, host, [
    groupMembers(hosts, vg),
    removal,
    physicalVolume(hosts, path),
  ]);
  const isGone = remove.exitCode !== 0;
  if (isGone && !failsWith(remove, 'volume group unseen', { vg })) refused(removal, remove);
  if (!isGone) tell.onGroupRemoved?.();

  const members = rowsIn(list).filter((row) => row.vgName === vg);
  const [row] = rowsIn(pv);
  if (row?.vgName === vg && isGone) refuse(`lvm shows ${row.pvName} in volume group ${vg}, but not the group itself`);
  if (!row && isGone && !(await isDiskBare(hosts, host, device))) {
    refuse(
      `lvm shows neither volume group ${vg} nor its disk, which may still carry it; bring the disk back, or give the ` +
        `device up with: heketi-cli device delete --force-forget ${device.deviceId}`,
    );
  }
  // Without a list or a report only the path is left to say which disk it was.
  const pvName = members.length > 0 ? ourMember(members, device) : row ? orphanOf(row, device) : isGone ? null : path;
  const pvremove = lvm(hosts.settings, ['pvremove', '-qq', pvName ?? path], SHORT_TIMEOUT_MS);
  const rmdir = program(['rmdir', deviceMountRoot(device.deviceId)], SHORT_TIMEOUT_MS);
  const [first] = await runTolerant(hosts, host, pvName === null ? [rmdir] : [pvremove, rmdir]);
  if (pvName === null || first.exitCode === 0) return;
  if (!failsWith(first, 'physical volume label absent', { device: pvName })) refused(pvremove, first);
}

/**
 * Whether the device is a volume group still. Null when the host does not tell: its disk is away, or lvm answers
 * neither question about it.
 */
export async function isVolumeGroup(hosts: Hosts, host: string, device: KnownDevice): Promise<boolean | null> {
  const vg = volumeGroupName(device.deviceId);
  const [list, pv] = await runTolerant(hosts, host, [
    groupMembers(hosts, vg),
    physicalVolume(hosts, effectivePath(device)),
  ]);
  const [row] = rowsIn(pv);
  if (row?.vgName === vg || rowsIn(list).some(({ vgName }) => vgName === vg)) return true;
  return row || (await isDiskBare(hosts, host, device)) ? false : null;
}

/** Removes what can be removed of a device whose host or disk may be dead; never fails. */
export async function forgetDevice(hosts: Hosts, host: string, device: KnownDevice): Promise<void> {
  try {
    await tearDownDevice(hosts, host, device);
  } catch (error) {
    if (!isHostFailure(error)) throw error;
  }
}

export function isHostFailure(error: unknown): boolean {
  return (
    error instanceof DomainError ||
    error instanceof CommandError ||
    error instanceof TransportError ||
    error instanceof LvmReportError
  );
}

/**
 * The disk is there and no physical volume. The link by the UUID goes with the label, so the disk is looked for where
 * it was plugged in, and looked at without lvm too, which may be told not to show it.
 */
async function isDiskBare(hosts: Hosts, host: string, device: KnownDevice): Promise<boolean> {
  const paths = namesOf(device);
  const path = paths.find((name) => name.startsWith('/dev/disk/by-')) ?? device.name;
  const [stat, pv, blkid, lsblk] = await runTolerant(hosts, host, [
    program(['stat', '-L', '-c', '%F', path], SHORT_TIMEOUT_MS),
    physicalVolume(hosts, path),
    program(['blkid', '-p', path], SHORT_TIMEOUT_MS),
    program(['lsblk', '--json', '--bytes', '--paths', '-o', BLOCK_DEVICE_COLUMNS, path], SHORT_TIMEOUT_MS),
  ]);
  const isThere = stat.exitCode === 0 && stat.stdout.startsWith('block special');
  const isBare = failsWith(pv, 'physical volume label absent', { device: path });
  const isUnmarked = blkid.exitCode === 0 || blkid.exitCode === 2;
  const isMember = parseSignatures(blkid.stdout).includes('LVM2_member');
  // device-mapper keeps the volumes of a group that lvm has lost sight of.
  const isMapped = (parseBlockDevices(lsblk.stdout) ?? []).flatMap(flattened).some(({ type }) => type === 'lvm');
  return isThere && isBare && isUnmarked && !isMember && !isMapped;
}

function namesOf({ name, paths }: KnownDevice): readonly string[] {
  return [...new Set([...paths, name])];
}

/** Of a group that somebody extended only our own device is given up. */
function ourMember(members: readonly PhysicalVolumeRow[], device: KnownDevice): string | null {
  if (members.length === 1) return members[0]?.pvName || null;
  const ours = members.find((row) =>
    device.pvUuid ? row.pvUuid === device.pvUuid : namesOf(device).includes(row.pvName),
  );
  return ours?.pvName ?? null;
}

/** An earlier attempt may have ended between the two removals, or between pvcreate and vgcreate. */
function orphanOf(row: PhysicalVolumeRow, device: KnownDevice): string | null {
  const isOurs = row.vgName === '' && (device.pvUuid === '' || row.pvUuid === device.pvUuid);
  return isOurs ? row.pvName || null : null;
}

/** None where lvm failed, or answered something else. */
function rowsIn({ exitCode, stdout }: CommandResult): readonly PhysicalVolumeRow[] {
  if (exitCode !== 0) return [];
  try {
    return parsePhysicalVolumes(stdout);
  } catch (error) {
    if (error instanceof LvmReportError) return [];
    throw error;
  }
}

/** All of them, whatever each answers. */
async function runTolerant<const T extends readonly Command[]>(
  hosts: Hosts,
  host: string,
  commands: T,
): Promise<{ readonly [K in keyof T]: Answer }> {
  const batch = commands.map((command) => ({ ...command, mayFail: true }));
  return (await runAll(hosts.executor, host, batch)) as unknown as { readonly [K in keyof T]: Answer };
}
