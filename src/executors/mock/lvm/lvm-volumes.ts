import type { CommandResult } from '../../executor.js';
import { fail, succeed } from '../world/answers.js';
import type { SimulatedHost } from '../world/simulated-host.js';
import type { LogicalVolume, VolumeGroup } from '../world/storage.js';
import type { World } from '../world/world.js';
import { parseLvmArguments, parseLvmSizeKib } from './lvm-arguments.js';
import { LVM_FAILED, NOT_BACKED_UP, noGroup } from './lvm-groups.js';

/**
 * Makes a thin pool with a thin volume in it, the only form that bricks need; people also make a thin volume in a pool
 * that is there (no --size), and without --thin a plain volume.
 */
export function lvcreate(world: World, host: SimulatedHost, args: readonly string[]): CommandResult {
  const { options, names } = parseLvmArguments(args);
  // --thin takes no value: the pool is the first name.
  const [groupName = '', poolName = ''] = (names[0] ?? '').split('/');
  const name = options.get('name') ?? options.get('n') ?? '';
  const group = world.group(host, groupName);
  if (!group) return noGroup(groupName);
  const extentsOf = (text: string | undefined) => Math.ceil(parseLvmSizeKib(text) / group.extentKib);
  const extents = extentsOf(options.get('size') ?? options.get('L'));
  const virtual = extentsOf(options.get('virtualsize') ?? options.get('V'));
  if (!options.has('thin') && extents > 0 && name !== '') return addLinear(host, group, name, extents);
  const present = group.volumes.get(poolName);
  if (options.has('thin') && present?.kind === 'pool' && !(extents > 0) && virtual > 0 && name !== '') {
    addThinVolume(host, present, name, virtual);
    return succeed(`  Logical volume "${name}" created.\n`);
  }
  if (!options.has('thin') || poolName === '' || !(extents > 0) || !(virtual > 0)) {
    return fail(3, "  No command with matching syntax recognised.  Run 'lvcreate --help' for more information.");
  }
  if (group.volumes.has(poolName))
    return fail(LVM_FAILED, `  Logical volume ${poolName} already exists in Volume group ${groupName}.`);
  if (group.volumes.has(name))
    return fail(LVM_FAILED, `  Logical Volume "${name}" already exists in volume group "${groupName}"`);
  const metadataExtents = Math.max(1, extentsOf(options.get('poolmetadatasize') ?? '4M'));
  const refusal = world.isLenient ? null : reserveSpace(group, extents, metadataExtents);
  if (refusal) return refusal;
  const chunkKib = parseLvmSizeKib(options.get('chunksize') ?? options.get('c') ?? '64K');
  const pool = addPool(host, group, poolName, extents, metadataExtents, chunkKib);
  addThinVolume(host, pool, name, virtual);
  const warning = options.get('autobackup') === 'n' ? NOT_BACKED_UP : '';
  return succeed(options.has('q') ? '' : `  Logical volume "${name}" created.\n`, warning);
}

function addLinear(host: SimulatedHost, group: VolumeGroup, name: string, extents: number): CommandResult {
  if (group.volumes.has(name))
    return fail(LVM_FAILED, `  Logical Volume "${name}" already exists in volume group "${group.name}"`);
  if (extents > group.extents - group.usedExtents) return noSpace(group, extents);
  host.addLogicalVolume({
    kind: 'linear',
    name,
    group,
    extents,
    metadataExtents: 0,
    sizeKib: extents * group.extentKib,
    chunkKib: 0,
    pool: null,
    thinCount: 0,
    origin: '',
    fileSystem: null,
    mounts: 0,
    isActive: true,
  });
  return succeed(`  Logical volume "${name}" created.\n`);
}

function noSpace(group: VolumeGroup, extents: number): CommandResult {
  const free = group.extents - group.usedExtents;
  return fail(
    LVM_FAILED,
    `  Volume group "${group.name}" has insufficient free space (${free} extents): ${extents} required.`,
  );
}

/** lvm keeps one spare metadata volume per group, as large as the largest pool's. */
function reserveSpace(group: VolumeGroup, extents: number, metadataExtents: number): CommandResult | null {
  const free = group.extents - group.usedExtents;
  if (extents > free) return noSpace(group, extents);
  const spare = Math.max(group.spareExtents, metadataExtents);
  const total = extents + metadataExtents + spare - group.spareExtents;
  if (total > free) {
    return fail(
      LVM_FAILED,
      `  Insufficient suitable allocatable extents for logical volume : ${total - free} more required`,
    );
  }
  group.usedExtents += spare - group.spareExtents;
  group.spareExtents = spare;
  return null;
}

export function addPool(
  host: SimulatedHost,
  group: VolumeGroup,
  name: string,
  extents: number,
  metadataExtents: number,
  chunkKib: number,
): LogicalVolume {
  const sizeKib = extents * group.extentKib;
  const pool: LogicalVolume = {
    kind: 'pool',
    name,
    group,
    extents,
    metadataExtents,
    sizeKib,
    chunkKib,
    pool: null,
    thinCount: 0,
    origin: '',
    fileSystem: null,
    mounts: 0,
    isActive: true,
  };
  host.addLogicalVolume(pool);
  return pool;
}

export function addThinVolume(
  host: SimulatedHost,
  pool: LogicalVolume,
  name: string,
  extents: number,
  origin = '',
): LogicalVolume {
  const { group } = pool;
  const sizeKib = extents * group.extentKib;
  const volume: LogicalVolume = {
    kind: 'thin',
    name,
    group,
    extents,
    metadataExtents: 0,
    sizeKib,
    chunkKib: pool.chunkKib,
    pool,
    thinCount: 0,
    origin,
    fileSystem: null,
    mounts: 0,
    isActive: true,
  };
  host.addLogicalVolume(volume);
  return volume;
}

/** Removing a pool removes the thin volumes in it too; with -f without asking. Of conditions only `thin_count=0` is known. */
export function lvremove(world: World, host: SimulatedHost, args: readonly string[]): CommandResult {
  const { options, names } = parseLvmArguments(args);
  const [groupName = '', name = ''] = (names[0] ?? '').replace(/^\/dev\//, '').split('/');
  const group = world.group(host, groupName);
  if (!group) return noGroup(groupName);
  const volume = group.volumes.get(name);
  if (!volume) return fail(LVM_FAILED, `  Failed to find logical volume "${groupName}/${name}"`);
  const condition = options.get('select') ?? options.get('S') ?? null;
  if (condition !== null && condition !== 'thin_count=0') return fail(3, `  Not simulated: lvremove ${args.join(' ')}`);
  if (condition !== null && (volume.kind !== 'pool' || volume.thinCount > 0)) return succeed();
  const inPool =
    volume.kind === 'pool' && volume.thinCount > 0
      ? [...group.volumes.values()].filter((lv) => lv.pool === volume)
      : [];
  const doomed = [...inPool, volume];
  for (const lv of doomed) {
    if (lv.mounts > 0)
      return fail(LVM_FAILED, `  Logical volume ${groupName}/${lv.name} contains a filesystem in use.`);
    if (!options.has('f') && !options.has('y')) {
      return fail(
        LVM_FAILED,
        `Do you really want to remove active logical volume ${groupName}/${lv.name}? [y/n]: [n]`,
        `  Logical volume ${groupName}/${lv.name} not removed.`,
      );
    }
  }
  for (const lv of doomed) host.removeLogicalVolume(lv);
  const warning = options.get('autobackup') === 'n' ? NOT_BACKED_UP.repeat(doomed.length) : '';
  return succeed(
    options.has('q') ? '' : doomed.map((lv) => `  Logical volume "${lv.name}" successfully removed.\n`).join(''),
    warning,
  );
}

/** Only `lvchange -ay|-an VG/LV...`; activating a thin volume activates its pool. */
export function lvchange(_world: World, host: SimulatedHost, args: readonly string[]): CommandResult {
  const { options, names } = parseLvmArguments(args);
  const isActive = args.includes('-ay');
  if (!options.has('a')) return fail(3, `  Not simulated: lvchange ${args.join(' ')}`);
  for (const name of names) {
    const volume = host.findLogicalVolume(name);
    if (!volume) return fail(LVM_FAILED, `  Failed to find logical volume "${name}"`);
    if (!isActive && volume.mounts > 0)
      return fail(LVM_FAILED, `  Logical volume ${name} contains a filesystem in use.`);
    volume.isActive = isActive;
    if (isActive && volume.pool) volume.pool.isActive = true;
  }
  return succeed();
}
