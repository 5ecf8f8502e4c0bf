import { MOUNT_ROOT } from '../../domain/brick.js';
import { volumeGroupName } from '../../domain/device.js';
import { isId } from '../../domain/ids.js';
import type { Node } from '../../domain/node.js';
import type { HostFacts, LogicalVolumeFact } from '../../executors/commands/node/host-facts.js';
import { inSlices } from '../../timing/turns.js';
import { isSnapshotMount, logicalVolumeOf, mapperPathOf, mountPointOfBrick, thinPoolOf } from './brick-places.js';
import { type Candidate, type Report, reportInto } from './candidate.js';
import type { KnownBrick, KnownRecords } from './known-records.js';

/**
 * Volume groups, logical volumes, mounts and fstab lines of one host, as far as it told of them. The work is that of what
 * is on this host, in slices.
 */
export async function hostDifferences(
  node: Node,
  facts: HostFacts,
  records: KnownRecords,
): Promise<readonly Candidate[]> {
  const found: Candidate[] = [];
  const report = reportInto(found, node.clusterId, node);
  const bricks = (records.bricksByNode.get(node.id) ?? []).filter(({ id }) => records.isSettled(id));
  compareGroups(node, facts, records, report);
  await compareLogicalVolumes(bricks, facts, records, report);
  await compareMounts(bricks, facts, records, report);
  await compareFstab(bricks, facts, records, report);
  return found;
}

function compareGroups(node: Node, { volumeGroups }: HostFacts, records: KnownRecords, report: Report): void {
  if (!volumeGroups) return;
  for (const device of records.devicesByNode.get(node.id) ?? []) {
    if (device.state === 'failed' || !records.isSettled(device.id)) continue;
    const name = volumeGroupName(device.id);
    if (volumeGroups.has(name)) continue;
    report(
      'missing-volume-group',
      name,
      `volume group ${name} of device ${device.name} (${device.id}) is missing`,
      `look whether the disk is there (lsblk ${device.name}) and run vgchange -ay ${name}; a lost disk is removed with heketi-cli device remove ${device.id}`,
      { settled: [device.id] },
    );
  }
  for (const name of volumeGroups) {
    const id = idIn(name, 'vg_');
    if (id === null || records.knows(id)) continue;
    report(
      'superfluous-volume-group',
      name,
      `volume group ${name} belongs to no known device`,
      `when nothing on it is needed (lvs ${name}), remove it with vgremove ${name} and pvremove of its disk`,
      { isUnknown: (after) => !after.knows(id) },
    );
  }
}

async function compareLogicalVolumes(
  bricks: readonly KnownBrick[],
  { logicalVolumes }: HostFacts,
  records: KnownRecords,
  report: Report,
): Promise<void> {
  if (!logicalVolumes) return;
  await inSlices(bricks, (brick) => {
    for (const name of [logicalVolumeOf(brick), thinPoolOf(brick)]) {
      if (logicalVolumes.has(name)) continue;
      report(
        'missing-logical-volume',
        name,
        `logical volume ${name} of brick ${brick.id} (volume ${brick.volumeId}) is missing`,
        `the data of this brick is gone from this host: heketi-cli brick evict ${brick.id} makes it anew elsewhere, healed from the others of its set`,
        { settled: [brick.id] },
      );
    }
  });
  await inSlices(logicalVolumes.values(), (fact) => {
    const what = superfluous(fact, records);
    if (what === null) return;
    const isUnknown = (after: KnownRecords) => superfluous(fact, after) === what;
    const [text, remedy] = SUPERFLUOUS[what](fact.name);
    report('superfluous-logical-volume', fact.name, text, remedy, { isUnknown });
  });
}

const SUPERFLUOUS = {
  'like a brick': (name: string) =>
    [
      `logical volume ${name} belongs to no known brick and takes space that is counted as free`,
      `heketi-cli server state repair --destroy-unclaimed=${name} says whether anything uses it, and removes it with --apply`,
    ] as const,
  foreign: (name: string) =>
    [
      `logical volume ${name} was not made for a brick and takes space that is counted as free`,
      `when nobody needs it (lvs -o +lv_time,lv_device_open ${name}), remove it with lvremove ${name}`,
    ] as const,
};

/** Null for what some brick has. What lies in a pool (gluster's snapshots and clones) takes no space of the group. */
function superfluous(
  { group, volume, pool }: LogicalVolumeFact,
  records: KnownRecords,
): keyof typeof SUPERFLUOUS | null {
  const device = idIn(group, 'vg_');
  const brick = idIn(volume, 'brick_');
  if (device === null || records.hasBrickVolume(device, volume) || records.knows(brick ?? '')) return null;
  if (brick !== null || idIn(volume, 'tp_') !== null) return 'like a brick';
  return records.knows(device) && pool === '' ? 'foreign' : null;
}

async function compareMounts(
  bricks: readonly KnownBrick[],
  { mounts }: HostFacts,
  records: KnownRecords,
  report: Report,
): Promise<void> {
  if (!mounts) return;
  await inSlices(bricks, (brick) => {
    const point = mountPointOfBrick(brick);
    const source = mounts.get(point);
    const wanted = mapperPathOf(brick);
    if (source === wanted || (source !== undefined && isSnapshotMount(point))) return;
    report(
      'missing-mount',
      point,
      source === undefined
        ? `${point} of brick ${brick.id} (volume ${brick.volumeId}) is not mounted`
        : `${point} of brick ${brick.id} is mounted from ${source} instead of ${wanted}`,
      isSnapshotMount(point)
        ? 'gluster mounts the bricks of clones: start the volume with force'
        : `mount ${point}, then start the volume with force so that gluster starts the brick`,
      { settled: [brick.id] },
    );
  });
  await inSlices(mounts.keys(), (point) => {
    if (!point.startsWith(`${MOUNT_ROOT}/`) || records.mountPoints.has(point)) return;
    report(
      'superfluous-mount',
      point,
      `${point} is mounted and belongs to no known brick`,
      `when nothing uses it (lsof ${point}), umount ${point}`,
      { isUnknown: (after) => !after.mountPoints.has(point) },
    );
  });
}

async function compareFstab(
  bricks: readonly KnownBrick[],
  { fstab }: HostFacts,
  records: KnownRecords,
  report: Report,
): Promise<void> {
  if (!fstab) return;
  await inSlices(bricks, (brick) => {
    const point = mountPointOfBrick(brick);
    if (isSnapshotMount(point) || fstab.has(point)) return;
    report(
      'missing-fstab-line',
      point,
      `the fstab has no line for ${point} of brick ${brick.id}, which will be missing after a restart`,
      `add the line: ${mapperPathOf(brick)} ${point} xfs rw,inode64,noatime,nouuid 1 2`,
      { settled: [brick.id] },
    );
  });
  await inSlices(fstab, (point) => {
    if (!point.startsWith(`${MOUNT_ROOT}/`) || records.mountPoints.has(point)) return;
    report(
      'superfluous-fstab-line',
      point,
      `the fstab has a line for ${point}, which belongs to no known brick`,
      'delete the line: a restart may stop at it',
      { isUnknown: (after) => !after.mountPoints.has(point) },
    );
  });
}

function idIn(name: string, prefix: string): string | null {
  const id = name.startsWith(prefix) ? name.slice(prefix.length) : '';
  return isId(id) ? id : null;
}
