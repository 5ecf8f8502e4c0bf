import type { CommandResult } from '../../executor.js';
import { fail, succeed } from '../world/answers.js';
import type { SimulatedHost } from '../world/simulated-host.js';
import { type Disk, extentsOn, newLvmUuid, type VolumeGroup } from '../world/storage.js';
import type { World } from '../world/world.js';
import { parseLvmArguments } from './lvm-arguments.js';
import { LVM_FAILED, noGroup } from './lvm-groups.js';

/* What an administrator does to groups by hand. */

const START_KIB = 1024;

/** `vgextend VG DEVICE`: the group has one disk more. */
export function vgextend(world: World, host: SimulatedHost, args: readonly string[]): CommandResult {
  const [name = '', path = ''] = parseLvmArguments(args).names;
  const group = host.groups.get(name);
  if (!group) return noGroup(name);
  const disk = world.disk(host, path);
  if (!disk) return fail(LVM_FAILED, `  No device found for ${path}.`);
  if (disk.pv?.group)
    return fail(LVM_FAILED, `  Physical volume '${path}' is already in volume group '${disk.pv.group.name}'`);
  for (const member of group.disks) if (member.pv) member.pv.extents ??= extentsOn(member);
  disk.pv = { uuid: disk.pv?.uuid ?? newLvmUuid(), startKib: disk.pv?.startKib ?? START_KIB, group };
  disk.pv.extents = extentsFor(disk, group, disk.pv.startKib);
  group.extents += disk.pv.extents;
  group.disks.push(disk);
  return succeed(`  Volume group "${name}" successfully extended\n`);
}

/** `pvresize DEVICE`: lvm takes the disk for as large as it is now. */
export function pvresize(world: World, host: SimulatedHost, args: readonly string[]): CommandResult {
  const [path = ''] = parseLvmArguments(args).names;
  const disk = world.disk(host, path);
  const group = disk?.pv?.group;
  if (!disk?.pv || !group) return fail(LVM_FAILED, `  Failed to find physical volume "${path}".`);
  const extents = extentsFor(disk, group, disk.pv.startKib);
  const change = extents - extentsOn(disk);
  if (group.extents + change < group.usedExtents) {
    return fail(
      LVM_FAILED,
      `  ${path}: cannot resize to ${extents} extents as ${group.usedExtents} are allocated.`,
      '  0 physical volume(s) resized or updated / 1 physical volume(s) not resized',
    );
  }
  if (disk.pv.extents !== undefined) disk.pv.extents = extents;
  group.extents += change;
  return succeed(
    `  Physical volume "${path}" changed\n  1 physical volume(s) resized or updated / 0 physical volume(s) not resized\n`,
  );
}

function extentsFor(disk: Disk, { extentKib }: VolumeGroup, startKib: number): number {
  return Math.floor((disk.sizeKib - startKib) / extentKib);
}
