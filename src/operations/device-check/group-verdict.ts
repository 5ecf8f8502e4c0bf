import { inGib } from '../../domain/allocator/verdicts.js';
import { type Brick, brickLvName, brickThinPoolName } from '../../domain/brick.js';
import { counted } from '../../domain/counted.js';
import { type Device, volumeGroupName } from '../../domain/device.js';
import type { GroupRow, GroupVolumeRow, MemberRow } from '../../executors/commands/lvm/group-report.js';
import type { NodeGroups } from '../../executors/commands/node/node-groups.js';
import { usedByPools } from '../volumes/space.js';

/** Sizes in KiB as the books have them: total = free + used. */
export type DeviceSizes = Pick<Device, 'totalKib' | 'freeKib' | 'usedKib' | 'extentKib' | 'spareMetadataKib'>;

/**
 * What LVM shows of one of our devices.
 *
 * `sizes`: what the books should have, with what a person may want to know of it. `away`: lvm does not show the whole
 * group. `doubtful`: it shows one that can't be the one we know, or sizes that can't be. `unsteady`: it was being
 * changed, so that nothing is known.
 */
export type GroupVerdict =
  | { readonly kind: 'sizes'; readonly sizes: DeviceSizes; readonly notes: readonly string[] }
  | { readonly kind: 'away' | 'doubtful' | 'unsteady'; readonly reason: string };

/** What of a device's books a verdict is about. */
export interface DeviceBooks {
  readonly device: Device;
  readonly bricks: readonly Brick[];
}

/** Below this nobody has made a disk larger: the end that holds no whole extent, and lvm's own metadata (128 MiB). */
const GROWN_KIB = 1024 * 1024;

/** Judges the group of a device none of whose bricks is being changed. `isRealLvm`: simulated hosts of the lenient kind always look empty. */
export function judgeGroup(books: DeviceBooks, real: NodeGroups, isRealLvm: boolean): GroupVerdict {
  const { device } = books;
  const vg = volumeGroupName(device.id);
  const groups = real.groups.filter(({ name }) => name === vg);
  const members = real.members.filter(({ group }) => group === vg);
  const [group] = groups;
  if (real.unsteady.has(vg)) return { kind: 'unsteady', reason: `${vg} changed while it was read` };
  const away = group ? whyIncomplete(group, members) : whyUnseen(device, vg, real.members);
  if (!group || away !== null) return { kind: 'away', reason: away ?? '' };
  if (groups.length > 1) return doubtful(`lvm shows ${groups.length} volume groups of the name ${vg}`);
  const doubt =
    whyAnother(device, vg, members) ??
    whyImpossible(group, members) ??
    whyOtherExtents(device, group) ??
    (isRealLvm ? whyTooSmall(books, group) : null);
  if (doubt !== null) return doubtful(doubt);
  const volumes = real.volumes.filter((volume) => volume.group === vg);
  return {
    kind: 'sizes',
    sizes: isRealLvm ? sizesOf(books, group, volumes) : plainSizes(device, group),
    notes: isRealLvm ? notesOn(books, group, members, volumes) : [],
  };
}

function doubtful(reason: string): GroupVerdict {
  return { kind: 'doubtful', reason };
}

function whyUnseen({ pvUuid }: Device, vg: string, members: readonly MemberRow[]): string {
  const ours = pvUuid === '' ? undefined : members.find(({ uuid }) => uuid === pvUuid);
  if (!ours) return `lvm does not show volume group ${vg}: its disk is away, can't be read, or is hidden by a filter`;
  return `lvm does not show volume group ${vg}: its disk ${ours.path} is in ${ours.group === '' ? 'no group' : `group ${ours.group}`} now`;
}

function whyIncomplete({ name, disks, missingDisks }: GroupRow, members: readonly MemberRow[]): string | null {
  if (missingDisks === 0) return null;
  const missing = members.filter(({ isMissing }) => isMissing).map(({ uuid }) => uuid);
  return `lvm misses ${Math.max(missingDisks, missing.length)} of the ${counted(disks, 'physical volume')} of ${name}${missing.length > 0 ? ` (${missing.join(', ')})` : ''}`;
}

function whyAnother({ pvUuid }: Device, vg: string, members: readonly MemberRow[]): string | null {
  if (pvUuid === '' || members.some(({ uuid }) => uuid === pvUuid)) return null;
  const there = members.map(({ path, uuid }) => `${path} (${uuid})`).join(', ') || 'none';
  return `volume group ${vg} does not hold the disk that it was made on, ${pvUuid}, but: ${there}`;
}

/** lvm's figures contradict each other, or the disks. */
function whyImpossible({ name, sizeKib, extentKib, extents, freeExtents }: GroupRow, members: readonly MemberRow[]) {
  const figures = `${sizeKib} KiB, ${extents} extents of ${extentKib} KiB, ${freeExtents} of them free`;
  if (!(extentKib > 0 && freeExtents <= extents && sizeKib === extents * extentKib && Number.isSafeInteger(sizeKib)))
    return `the sizes of ${name} do not agree with each other: ${figures}`;
  const shrunk = members.find(({ deviceKib, sizeKib: pvKib }) => deviceKib !== null && (pvKib ?? 0) > deviceKib);
  if (shrunk)
    return `lvm takes ${shrunk.path} of ${name} for ${inGib(shrunk.sizeKib ?? 0)}, but the disk has only ${inGib(shrunk.deviceKib ?? 0)}`;
  const disksKib = members.reduce((sum, { deviceKib }) => sum + (deviceKib ?? Number.POSITIVE_INFINITY), 0);
  return members.length > 0 && sizeKib > disksKib
    ? `${name} is larger than its disks, which have ${inGib(disksKib)}: ${figures}`
    : null;
}

function whyOtherExtents({ extentKib: known, exact }: Device, { name, extentKib }: GroupRow): string | null {
  return known > 0 && known !== extentKib && !exact
    ? `the extents of ${name} have ${extentKib} KiB, and not ${known} KiB as when it was made`
    : null;
}

/** A lenient group can't tell: a resync empties the books of it, and more bricks than fit are placed then. */
function whyTooSmall({ bricks }: DeviceBooks, { name, sizeKib }: GroupRow): string | null {
  const takenKib = usedByPools(bricks);
  return takenKib > sizeKib ? `${name} has ${inGib(sizeKib)}, but its bricks take ${inGib(takenKib)}` : null;
}

function plainSizes({ spareMetadataKib }: Device, { sizeKib, extentKib, extents, freeExtents }: GroupRow): DeviceSizes {
  const freeKib = freeExtents * extentKib;
  return { totalKib: sizeKib, freeKib, usedKib: (extents - freeExtents) * extentKib, extentKib, spareMetadataKib };
}

/**
 * LVM's spare metadata is not in the books: booked, it would stay used when the last pool, and the spare with it, is
 * gone. It goes only when all pools do, so beside somebody else's pool it counts as used. Bricks that the host has lost
 * (their logical volumes are gone) keep their space: what is not free in the books may be given back later.
 */
function sizesOf({ bricks }: DeviceBooks, group: GroupRow, volumes: readonly GroupVolumeRow[]): DeviceSizes {
  const { sizeKib, extentKib, freeExtents } = group;
  const ours = new Set(bricks.map(brickThinPoolName));
  const pools = volumes.filter(({ isPool, isHidden }) => isPool && !isHidden);
  const isOursAlone = pools.length > 0 && pools.every(({ name }) => ours.has(name));
  const spareKib = isOursAlone ? spareOf(volumes) : 0;
  const takenKib = usedByPools(bricks);
  const freeKib = Math.min(freeExtents * extentKib + spareKib, sizeKib - takenKib);
  return { totalKib: sizeKib, freeKib, usedKib: sizeKib - freeKib, extentKib, spareMetadataKib: spareKib };
}

function spareOf(volumes: readonly GroupVolumeRow[]): number {
  return volumes.find(({ isHidden, name }) => isHidden && SPARE.test(name))?.sizeKib ?? 0;
}

const SPARE = /^lvol\d+_pmspare$/;

function notesOn(
  { bricks }: DeviceBooks,
  group: GroupRow,
  members: readonly MemberRow[],
  volumes: readonly GroupVolumeRow[],
): readonly string[] {
  const ours = new Set(bricks.flatMap((brick) => [brickThinPoolName(brick), brickLvName(brick)]));
  const there = new Set(volumes.map(({ name }) => name));
  // What lies in a pool (gluster's snapshots and clones) takes no space of the group.
  const foreign = volumes.filter(({ isHidden, pool, name }) => !isHidden && pool === '' && !ours.has(name));
  const lost = bricks.filter((brick) => !there.has(brickLvName(brick)));
  const grown = members.filter(
    ({ deviceKib, sizeKib }) => deviceKib !== null && sizeKib !== null && deviceKib - sizeKib >= GROWN_KIB,
  );
  return [
    ...(group.disks > 1
      ? [
          `${group.name} spans ${group.disks} disks: ${members.map(({ path }) => path).join(', ')}; when one fails, its bricks do`,
        ]
      : []),
    ...(foreign.length > 0
      ? [
          `${counted(foreign.length, 'logical volume')} that no brick has ${foreign.length === 1 ? 'takes' : 'take'} ${inGib(foreign.reduce((sum, { sizeKib }) => sum + sizeKib, 0))}: ${foreign.map(({ name }) => name).join(', ')}`,
        ]
      : []),
    ...(lost.length > 0
      ? [`logical volumes of ${counted(lost.length, 'brick')} are not there: ${lost.map(brickLvName).join(', ')}`]
      : []),
    ...grown.map(
      ({ path, deviceKib, sizeKib }) =>
        `${path} is ${inGib((deviceKib ?? 0) - (sizeKib ?? 0))} larger than lvm takes it for; pvresize ${path} would add that`,
    ),
  ];
}
