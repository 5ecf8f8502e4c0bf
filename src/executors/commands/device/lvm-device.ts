import { volumeGroupName } from '../../../domain/device.js';
import { DomainError } from '../../../domain/errors.js';
import type { Id } from '../../../domain/ids.js';
import { type Answer, type Command, CommandError, type CommandResult, runAll, TransportError } from '../../executor.js';
import { autobackup, lvm, program, SHORT_TIMEOUT_MS, udevadm } from '../host/command-lines.js';
import type { Hosts } from '../host/hosts.js';
import {
  LvmReportError,
  type PhysicalVolumeRow,
  parsePhysicalVolumes,
  parseVolumeGroupSizes,
  type VolumeGroupSizes,
} from '../lvm/lvm-report.js';
import { BY_PV_UUID, isNoPhysicalVolume, physicalVolume } from './lvm-device-commands.js';
import { forgetDevice, isHostFailure } from './lvm-device-removal.js';

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
    return report(device.name, vg, results.slice(-3));
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
  const [pv, udev] = (await runAll(hosts.executor, host, [pvs, symlinks(hosts, name)])) as [Answer, Answer];
  const paths = pathsFrom(udev, name);
  if (pv.exitCode !== 0) {
    if (!isNoPhysicalVolume(pv, name)) throw new CommandError(host, pvs, pv);
    return { pvUuid: null, vgName: null, paths };
  }
  const row = onlyRow(parsePhysicalVolumes(pv.stdout));
  return { pvUuid: row.pvUuid || null, vgName: row.vgName || null, paths };
}

/** A device whose volume group is on the disk of this name. */
export async function readDevice(hosts: Hosts, host: string, deviceId: Id, name: string): Promise<DeviceReport> {
  const vg = volumeGroupName(deviceId);
  const results = await runAll(hosts.executor, host, [
    physicalVolume(hosts, name),
    symlinks(hosts, name),
    lvm(hosts.settings, ['vgdisplay', '-c', vg], SHORT_TIMEOUT_MS),
  ]);
  return report(name, vg, results);
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

function symlinks(hosts: Hosts, path: string): Command {
  return udevadm(hosts.settings, ['info', '--query=symlink', `--name=${path}`], {
    mayFail: true,
    isReading: true,
  });
}

function report(name: string, vg: string, [pv, udev, sizes]: readonly CommandResult[]): DeviceReport {
  if (!pv || !udev || !sizes) throw new LvmReportError('the report of the device is incomplete');
  const { pvUuid, vgName, pvName, deviceKib } = onlyRow(parsePhysicalVolumes(pv.stdout));
  if (vgName !== '' && vgName !== vg)
    throw new LvmReportError(`lvm shows ${pvName} in volume group ${vgName}, and not in ${vg}`);
  const paths = pvUuid === '' ? [] : pathsFrom(udev, name);
  return { pvUuid, paths, ...parseVolumeGroupSizes(sizes.stdout, vg, deviceKib) };
}

function onlyRow(rows: readonly PhysicalVolumeRow[]): PhysicalVolumeRow {
  const [row] = rows;
  if (!row || rows.length !== 1)
    throw new LvmReportError(`lvm's report has ${rows.length} entries where one was expected`);
  return row;
}

/** The by-PV-UUID link is left out: it belongs to the label, not to the disk. Lines without links are notes. */
function pathsFrom(udev: CommandResult, name: string): readonly string[] {
  const lines = udev.exitCode === 0 ? udev.stdout.split('\n') : [];
  const links = lines
    .map((line) => line.split(/\s/).filter(Boolean))
    .filter((words) => words.some((word) => /^(?:disk|mapper)\//.test(word)))
    .flat();
  const paths = links.map((link) => `/dev/${link}`).filter((path) => !path.startsWith(BY_PV_UUID));
  return paths.includes(name) ? paths : [...paths, name];
}
