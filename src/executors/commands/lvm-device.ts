import { deviceMountRoot } from '../../domain/brick.js';
import { volumeGroupName } from '../../domain/device.js';
import { DomainError } from '../../domain/errors.js';
import type { Id } from '../../domain/ids.js';
import { type Command, CommandError, type CommandResult, runAll, runOne, TransportError } from '../executor.js';
import { autobackup, lvm, program, SHORT_TIMEOUT_MS, udevadm } from './command-lines.js';
import type { Hosts } from './hosts.js';
import { isLvmObjectAbsent, isPhysicalVolumeAbsent } from './lvm-errors.js';
import {
  LvmReportError,
  type PhysicalVolumeRow,
  parsePhysicalVolumes,
  parseVolumeGroupSizes,
  type VolumeGroupSizes,
} from './lvm-report.js';

const BY_PV_UUID = '/dev/disk/by-id/lvm-pv-uuid-';
const PV_FIELDS = ['-o', 'pv_name,pv_uuid,vg_name', '--reportformat=json'];

/** A device as its host shows it. Sizes in KiB; pvUuid '' and no paths where the host does not report them. */
export interface DeviceReport extends VolumeGroupSizes {
  readonly pvUuid: string;
  readonly paths: readonly string[];
}

export interface DeviceToSetUp {
  readonly deviceId: Id;
  /** The path it is added with, such as /dev/sdb. */
  readonly name: string;
  /** Destroys whatever signatures the device carries. */
  readonly wipe: boolean;
}

/** A device as the store remembers it. */
export interface KnownDevice {
  readonly deviceId: Id;
  readonly name: string;
  readonly paths: readonly string[];
  /** '' when unknown. */
  readonly pvUuid: string;
}

/**
 * Makes the device the volume group vg_<deviceId>. Refuses a device with contents (DomainError `failed`) unless
 * `wipe`; what was made before a later step failed is taken back.
 */
export async function setUpDevice(hosts: Hosts, host: string, device: DeviceToSetUp): Promise<DeviceReport> {
  const { settings, executor } = hosts;
  const vg = volumeGroupName(device.deviceId);
  const batch: Command[] = [
    ...(device.wipe ? [program(['wipefs', '--all', device.name], SHORT_TIMEOUT_MS)] : []),
    lvm(
      settings,
      ['pvcreate', '-qq', '--metadatasize=128M', `--dataalignment=${settings.pvDataAlignment}`, device.name],
      SHORT_TIMEOUT_MS,
    ),
    lvm(
      settings,
      [
        'vgcreate',
        '-qq',
        `--physicalextentsize=${settings.vgPhysicalExtentSize}`,
        autobackup(settings),
        vg,
        device.name,
      ],
      SHORT_TIMEOUT_MS,
    ),
    physicalVolume(hosts, device.name),
    symlinks(hosts, device.name),
    lvm(settings, ['vgdisplay', '-c', vg], SHORT_TIMEOUT_MS),
  ];
  const pvcreate = device.wipe ? 1 : 0;
  const results = await executor.run(host, batch);
  if (results.length < batch.length || results.at(-1)?.exitCode !== 0) {
    const failed = results.length - 1;
    const command = batch[failed];
    const result = results[failed];
    if (!command || !result) throw new TransportError(host, `no answer from ${host}`, true);
    if (failed > pvcreate + 1) await forgetDevice(hosts, host, { ...device, paths: [], pvUuid: '' });
    else if (failed === pvcreate + 1) await takeBackPhysicalVolume(hosts, host, device.name);
    throw await explained(hosts, host, device.name, new CommandError(host, command, result));
  }
  try {
    return report(device.name, results.slice(-3));
  } catch (error) {
    await forgetDevice(hosts, host, { ...device, paths: [], pvUuid: '' });
    throw new DomainError('failed', `Initializing device ${device.name} failed: ${(error as Error).message}`, {
      cause: error,
    });
  }
}

/** What the device is to LVM now. `pvUuid` null: no physical volume; `vgName` null: in no volume group. */
export async function inspectDevice(
  hosts: Hosts,
  host: string,
  name: string,
): Promise<{ readonly pvUuid: string | null; readonly vgName: string | null; readonly paths: readonly string[] }> {
  const pvs = { ...physicalVolume(hosts, name), mayFail: true };
  const [pv, udev] = (await runAll(hosts.executor, host, [pvs, symlinks(hosts, name)])) as [
    CommandResult,
    CommandResult,
  ];
  const paths = pathsFrom(udev, name);
  if (pv.exitCode !== 0) {
    if (!isPhysicalVolumeAbsent(pv)) throw new CommandError(host, pvs, pv);
    return { pvUuid: null, vgName: null, paths };
  }
  const row = onlyRow(parsePhysicalVolumes(pv.stdout));
  return { pvUuid: row.pvUuid || null, vgName: row.vgName || null, paths };
}

/** Reads a device of ours again. */
export async function readDevice(hosts: Hosts, host: string, device: KnownDevice): Promise<DeviceReport> {
  const vg = volumeGroupName(device.deviceId);
  const pvUuid = device.pvUuid || (await pvUuidOfGroup(hosts, host, vg));
  const path = effectivePath({ ...device, pvUuid });
  const results = await runAll(hosts.executor, host, [
    physicalVolume(hosts, path),
    symlinks(hosts, path),
    lvm(hosts.settings, ['vgdisplay', '-c', vg], SHORT_TIMEOUT_MS),
  ]);
  return report(device.name, results);
}

/**
 * Removes the volume group and then its physical volume; both being gone already is success. A volume group that
 * still holds logical volumes is refused (by lvm, which would ask), and a physical volume of another group left alone.
 */
export async function tearDownDevice(hosts: Hosts, host: string, device: KnownDevice): Promise<void> {
  const { settings, executor } = hosts;
  const vg = volumeGroupName(device.deviceId);
  const path = effectivePath(device);
  const refuse = (command: Command, result: CommandResult): never => {
    const cause = new CommandError(host, command, result);
    throw new DomainError(
      'failed',
      `Failed to delete device ${path} with id ${device.deviceId} on host ${host}: ${cause.message}`,
      { cause },
    );
  };
  const listed = { ...groupMembers(hosts, vg), mayFail: true };
  const removed = lvm(settings, ['vgremove', '-qq', vg], SHORT_TIMEOUT_MS, { mayFail: true });
  const left = { ...physicalVolume(hosts, path), mayFail: true };
  const [list, remove, pv] = (await runAll(executor, host, [listed, removed, left])) as [
    CommandResult,
    CommandResult,
    CommandResult,
  ];
  if (remove.exitCode !== 0 && !isLvmObjectAbsent(remove)) refuse(removed, remove);

  const members = list.exitCode === 0 ? parsePhysicalVolumes(list.stdout) : [];
  const pvName = members.length > 0 ? ourMember(members, device) : orphanOf(device, pv);
  if (list.exitCode !== 0 && !isLvmObjectAbsent(list)) refuse(listed, list);
  const pvremove = lvm(settings, ['pvremove', '-qq', pvName ?? path], SHORT_TIMEOUT_MS, { mayFail: true });
  const rmdir = program(['rmdir', deviceMountRoot(device.deviceId)], SHORT_TIMEOUT_MS, { mayFail: true });
  const results = await runAll(executor, host, pvName === null ? [rmdir] : [pvremove, rmdir]);
  const [first] = results;
  if (pvName !== null && first && first.exitCode !== 0 && !isPhysicalVolumeAbsent(first)) refuse(pvremove, first);
}

/** Whether the device's volume group exists. */
export async function hasVolumeGroup(hosts: Hosts, host: string, deviceId: Id): Promise<boolean> {
  const command = { ...groupMembers(hosts, volumeGroupName(deviceId)), mayFail: true };
  const result = await runOne(hosts.executor, host, command);
  if (result.exitCode !== 0 && !isLvmObjectAbsent(result)) throw new CommandError(host, command, result);
  return result.exitCode === 0;
}

/** Removes what can be removed of a device whose host or disk may be dead; never fails. */
export async function forgetDevice(hosts: Hosts, host: string, device: KnownDevice): Promise<void> {
  try {
    await tearDownDevice(hosts, host, device);
  } catch (error) {
    if (!isHostFailure(error)) throw error;
  }
}

function isHostFailure(error: unknown): boolean {
  return (
    error instanceof DomainError ||
    error instanceof CommandError ||
    error instanceof TransportError ||
    error instanceof LvmReportError
  );
}

/** The name /dev/sdX may be another disk after a restart of the host; the UUID is not. */
function effectivePath(device: KnownDevice): string {
  if (device.pvUuid !== '') return `${BY_PV_UUID}${device.pvUuid}`;
  return device.paths[0] ?? device.name;
}

/** Of a group that somebody extended only our own device is given up. */
function ourMember(members: readonly PhysicalVolumeRow[], device: KnownDevice): string | null {
  if (members.length === 1) return members[0]?.pvName || null;
  const ours = members.find((row) =>
    device.pvUuid ? row.pvUuid === device.pvUuid : [device.name, ...device.paths].includes(row.pvName),
  );
  return ours?.pvName ?? null;
}

/** An earlier attempt may have ended between the two removals, or between pvcreate and vgcreate. */
function orphanOf(device: KnownDevice, pv: CommandResult): string | null {
  if (pv.exitCode !== 0) return null;
  const rows = parsePhysicalVolumes(pv.stdout);
  const orphan = rows.find((row) => row.vgName === '' && (device.pvUuid === '' || row.pvUuid === device.pvUuid));
  return orphan?.pvName || null;
}

async function takeBackPhysicalVolume(hosts: Hosts, host: string, name: string): Promise<void> {
  try {
    // Without --force it refuses a physical volume that is in a volume group, so this can only take our own.
    await runAll(hosts.executor, host, [
      lvm(hosts.settings, ['pvremove', '-qq', name], SHORT_TIMEOUT_MS, { mayFail: true }),
    ]);
  } catch (error) {
    if (!isHostFailure(error)) throw error;
  }
}

async function explained(hosts: Hosts, host: string, name: string, cause: CommandError): Promise<DomainError> {
  const refuse = (why: string) =>
    new DomainError('failed', `Initializing device ${name} failed (${why}): ${cause.message}`, { cause });
  try {
    const { pvUuid } = await inspectDevice(hosts, host, name);
    return pvUuid
      ? refuse(`already contains Physical Volume ${pvUuid}`)
      : refuse('already initialized or contains data?');
  } catch (error) {
    if (!isHostFailure(error)) throw error;
    return refuse('failed to check device contents');
  }
}

async function pvUuidOfGroup(hosts: Hosts, host: string, vg: string): Promise<string> {
  try {
    const { stdout } = await runOne(hosts.executor, host, groupMembers(hosts, vg));
    const rows = parsePhysicalVolumes(stdout);
    return rows.length === 1 ? (rows[0]?.pvUuid ?? '') : '';
  } catch (error) {
    if (error instanceof TransportError || !isHostFailure(error)) throw error;
    return '';
  }
}

function physicalVolume(hosts: Hosts, path: string): Command {
  return lvm(hosts.settings, ['pvs', ...PV_FIELDS, path], SHORT_TIMEOUT_MS);
}

function groupMembers(hosts: Hosts, vg: string): Command {
  return lvm(hosts.settings, ['vgs', ...PV_FIELDS, vg], SHORT_TIMEOUT_MS);
}

function symlinks(hosts: Hosts, path: string): Command {
  return udevadm(hosts.settings, ['info', '--query=symlink', `--name=${path}`], { mayFail: true });
}

function report(name: string, [pv, udev, sizes]: readonly CommandResult[]): DeviceReport {
  if (!pv || !udev || !sizes) throw new LvmReportError('the report of the device is incomplete');
  const { pvUuid } = onlyRow(parsePhysicalVolumes(pv.stdout));
  return { pvUuid, paths: pvUuid === '' ? [] : pathsFrom(udev, name), ...parseVolumeGroupSizes(sizes.stdout) };
}

function onlyRow(rows: readonly PhysicalVolumeRow[]): PhysicalVolumeRow {
  const [row] = rows;
  if (!row || rows.length !== 1)
    throw new LvmReportError(`lvm's report has ${rows.length} entries where one was expected`);
  return row;
}

/** The by-PV-UUID link is left out: it belongs to the label, not to the disk. */
function pathsFrom(udev: CommandResult, name: string): readonly string[] {
  const links =
    udev.exitCode === 0
      ? udev.stdout
          .split(/\s+/)
          .filter(Boolean)
          .map((link) => `/dev/${link}`)
      : [];
  const paths = links.filter((path) => !path.startsWith(BY_PV_UUID));
  return paths.includes(name) ? paths : [...paths, name];
}
