import type { CommandResult } from '../../executor.js';
import { fail, succeed } from '../world/answers.js';
import type { SimulatedHost } from '../world/simulated-host.js';
import { type Disk, newLvmUuid, type VolumeGroup } from '../world/storage.js';
import type { World } from '../world/world.js';
import { parseLvmArguments, parseLvmSizeKib } from './lvm-arguments.js';

export const LVM_FAILED = 5;
const LABEL_KIB = 4;
export const NOT_BACKED_UP = '  WARNING: This metadata update is NOT backed up.\n';

export function noGroup(name: string): CommandResult {
  return fail(LVM_FAILED, `  Volume group "${name}" not found`, `  Cannot process volume group ${name}`);
}

export function pvcreate(world: World, host: SimulatedHost, args: readonly string[]): CommandResult {
  const { options, names } = parseLvmArguments(args);
  const [name = ''] = names;
  const disk = world.disk(host, name);
  if (!disk) return fail(LVM_FAILED, `  No device found for ${name}.`);
  const refusal = world.isLenient ? null : pvcreateRefusal(disk);
  if (refusal) return refusal;
  const alignKib = parseLvmSizeKib(options.get('dataalignment') ?? '1M');
  const startKib =
    Math.ceil((LABEL_KIB + parseLvmSizeKib(options.get('metadatasize') ?? '1020K')) / alignKib) * alignKib;
  disk.fileSystem = null;
  disk.pv = { uuid: world.isLenient ? '' : newLvmUuid(), startKib, group: null };
  return succeed(options.has('q') ? '' : `  Physical volume "${disk.path}" successfully created.\n`);
}

function pvcreateRefusal(disk: Disk): CommandResult | null {
  const { path, pv } = disk;
  if (pv?.group) {
    return fail(
      LVM_FAILED,
      `  Can't initialize physical volume "${path}" of volume group "${pv.group.name}" without -ff`,
      `  ${path}: physical volume not initialized.`,
    );
  }
  if (disk.mounts > 0) {
    const busy = `  Can't open ${path} exclusively.  Mounted filesystem?`;
    return fail(
      LVM_FAILED,
      busy,
      busy,
      `  Error opening device ${path} for reading at 0 length 512.`,
      busy,
      `  Error opening device ${path} for reading at 0 length 4096.`,
      `  Cannot use ${path}: device has a signature`,
    );
  }
  return disk.fileSystem ? signatureRefusal(path, disk.fileSystem.type) : null;
}

function signatureRefusal(path: string, type: string): CommandResult {
  return fail(
    LVM_FAILED,
    `WARNING: ${type} signature detected on ${path} at offset ${type === 'ext4' ? 1080 : 0}. Wipe it? [y/n]: [n]`,
    `  Aborted wiping of ${type}.`,
    '  1 existing signature left on the device.',
  );
}

export function pvremove(world: World, host: SimulatedHost, args: readonly string[]): CommandResult {
  const { options, names } = parseLvmArguments(args);
  const [name = ''] = names;
  const disk = world.disk(host, name);
  if (!disk) return fail(LVM_FAILED, `  No device found for ${name}.`);
  if (!disk.pv) return world.isLenient ? succeed() : fail(LVM_FAILED, `  No PV found on device ${disk.path}.`);
  if (disk.pv.group && !world.isLenient) {
    return fail(
      LVM_FAILED,
      `  PV ${disk.path} is used by VG ${disk.pv.group.name} so please use vgreduce first.`,
      '  (If you are certain you need pvremove, then confirm by using --force twice.)',
      `  ${disk.path}: physical volume label not removed.`,
    );
  }
  disk.pv = null;
  return succeed(options.has('q') ? '' : `  Labels on physical volume "${disk.path}" successfully wiped.\n`);
}

export function vgcreate(world: World, host: SimulatedHost, args: readonly string[]): CommandResult {
  const { options, names } = parseLvmArguments(args);
  const [name = '', deviceName = ''] = names;
  if (host.groups.has(name)) return fail(LVM_FAILED, `  A volume group called ${name} already exists.`);
  const disk = world.disk(host, deviceName);
  if (!disk) return fail(LVM_FAILED, `  No device found for ${deviceName}.`);
  if (disk.pv?.group && !world.isLenient) {
    return fail(
      LVM_FAILED,
      `  Physical volume '${disk.path}' is already in volume group '${disk.pv.group.name}'`,
      `  Unable to add physical volume '${disk.path}' to volume group '${name}'`,
      `  ${disk.path}: physical volume not initialized.`,
    );
  }
  if (!disk.pv && disk.fileSystem) return signatureRefusal(disk.path, disk.fileSystem.type);
  disk.pv ??= { uuid: world.isLenient ? '' : newLvmUuid(), startKib: 1024, group: null };
  const extentKib = parseLvmSizeKib(options.get('physicalextentsize') ?? options.get('s') ?? '4M');
  const usableKib = world.isLenient ? disk.sizeKib : disk.sizeKib - disk.pv.startKib;
  const group = addGroup(host, name, extentKib, Math.floor(usableKib / extentKib));
  group.disks.push(disk);
  disk.pv.group = group;
  const warning = options.get('autobackup') === 'n' ? NOT_BACKED_UP : '';
  return succeed(options.has('q') ? '' : `  Volume group "${name}" successfully created\n`, warning);
}

export function addGroup(host: SimulatedHost, name: string, extentKib: number, extents: number): VolumeGroup {
  const group: VolumeGroup = {
    name,
    uuid: newLvmUuid(),
    extentKib,
    extents,
    usedExtents: 0,
    spareExtents: 0,
    pools: 0,
    disks: [],
    volumes: new Map(),
  };
  host.groups.set(name, group);
  return group;
}

export function vgremove(world: World, host: SimulatedHost, args: readonly string[]): CommandResult {
  const { options, names } = parseLvmArguments(args);
  const [name = ''] = names;
  const group = host.groups.get(name);
  if (!group) return noGroup(name);
  const isForced = options.has('f') || options.has('force') || options.has('y') || world.isLenient;
  if (group.volumes.size > 0 && !isForced) {
    return fail(
      LVM_FAILED,
      `Do you really want to remove volume group "${name}" containing ${group.volumes.size} logical volumes? [y/n]: [n]`,
      `  Volume group "${name}" not removed`,
    );
  }
  for (const volume of group.volumes.values()) {
    if (volume.mounts > 0 && !world.isLenient)
      return fail(LVM_FAILED, `  Logical volume ${name}/${volume.name} contains a filesystem in use.`);
  }
  for (const mount of [...host.mounts.values()]) {
    if ('group' in mount.device && mount.device.group === group) host.unmount(mount);
  }
  for (const volume of [...group.volumes.values()]) host.removeLogicalVolume(volume);
  for (const disk of group.disks) if (disk.pv?.group === group) disk.pv.group = null;
  host.groups.delete(name);
  return succeed(options.has('q') ? '' : `  Volume group "${name}" successfully removed\n`);
}

/** A lenient group always looks empty: that is what clients of the original's mock see. */
export function vgdisplay(world: World, host: SimulatedHost, args: readonly string[]): CommandResult {
  const { names } = parseLvmArguments(args, 'c');
  const lines: string[] = [];
  for (const name of names.length > 0 ? names : host.groups.keys()) {
    const group = world.group(host, name);
    if (!group) return noGroup(name);
    const used = world.isLenient ? 0 : group.usedExtents;
    const volumes = group.volumes.size;
    const open = [...host.mounts.values()].filter(
      (mount) => 'group' in mount.device && mount.device.group === group,
    ).length;
    lines.push(
      `  ${name}:r/w:772:-1:0:${volumes}:${open}:-1:0:${group.disks.length}:${group.disks.length}:` +
        `${group.extents * group.extentKib}:${group.extentKib}:${group.extents}:${used}:${group.extents - used}:${group.uuid}\n`,
    );
  }
  return succeed(lines.join(''));
}
