import type { HostFacts, LogicalVolumeFact } from '../../executors/commands/node/host-facts.js';
import type { ViewedVolume } from '../../executors/commands/node/pool-view.js';
import { inSlices } from '../../timing/turns.js';
import { underRun } from './brick-places.js';
import type { Report } from './candidate.js';
import type { KnownRecords } from './known-records.js';

/** A logical volume that gluster made for a brick of a clone or snapshot, and that no record has. */
export interface SnapshotVolume extends LogicalVolumeFact {
  readonly deviceId: string;
  /** Null when it is not mounted. */
  readonly mountPoint: string | null;
}

const OF_SNAPSHOT = /^[0-9a-f]{32}_\d+$/;
const OUR_GROUP = /^vg_([0-9a-f]{32})$/;

/** All on a host that may be left of clones: gluster alone knows which of them it still has. */
export function unknownSnapshotVolumes(
  { logicalVolumes, mounts }: HostFacts,
  records: KnownRecords,
): readonly SnapshotVolume[] {
  if (!logicalVolumes || !mounts) return [];
  const found: Omit<SnapshotVolume, 'mountPoint'>[] = [];
  for (const fact of logicalVolumes.values()) {
    if (!OF_SNAPSHOT.test(fact.volume)) continue;
    const deviceId = OUR_GROUP.exec(fact.group)?.[1] ?? '';
    if (isUnknown({ ...fact, deviceId }, records)) found.push({ ...fact, deviceId });
  }
  if (found.length === 0) return [];
  const points = new Map([...mounts].map(([target, source]) => [source, target]));
  return found.map((fact) => ({
    ...fact,
    mountPoint: points.get(`/dev/mapper/${fact.group}-${fact.volume}`) ?? null,
  }));
}

/**
 * gluster leaves the logical volumes of a clone mounted when the clone is deleted or one of its bricks replaced, and
 * nothing else tells of them then. Those of snapshots look alike: as long as a volume has some, nothing is said.
 */
export async function leftOf(
  found: readonly SnapshotVolume[],
  volumes: ReadonlyMap<string, ViewedVolume>,
): Promise<readonly SnapshotVolume[]> {
  const served = new Set<string>();
  const points = new Set(found.map(({ mountPoint }) => mountPoint ?? ''));
  let mayHaveSnapshots = false;
  await inSlices(found.length === 0 ? [] : volumes.values(), (volume) => {
    mayHaveSnapshots ||= volume.mayHaveSnapshots;
    // A brick lies in a directory of its mount point.
    for (const name of volume.bricks)
      for (const folder of foldersAbove(underRun(name.slice(name.indexOf(':') + 1))))
        if (points.has(folder)) served.add(folder);
  });
  return mayHaveSnapshots ? [] : found.filter(({ mountPoint }) => !served.has(mountPoint ?? ''));
}

export function reportLeftovers(left: readonly SnapshotVolume[], report: Report): void {
  for (const fact of left) {
    const { name, pool, mountPoint } = fact;
    report(
      'superfluous-logical-volume',
      name,
      `logical volume ${name} of a clone that gluster does not have any more keeps space of thin pool ${pool}${mountPoint ? `, and is mounted on ${mountPoint}` : ''}`,
      `when nothing uses it, ${mountPoint ? `umount ${mountPoint} and ` : ''}lvremove ${name}: until then its pool stays`,
      { isUnknown: (after) => isUnknown(fact, after) },
    );
  }
}

function isUnknown({ deviceId, volume }: Omit<SnapshotVolume, 'mountPoint'>, records: KnownRecords): boolean {
  return records.hasDevice(deviceId) && !records.hasBrickVolume(deviceId, volume);
}

/** `/a/b/c`: `/a/b` and `/a`. */
function foldersAbove(path: string): readonly string[] {
  const folders: string[] = [];
  for (let end = path.lastIndexOf('/'); end > 0; end = path.lastIndexOf('/', end - 1)) folders.push(path.slice(0, end));
  return folders;
}
