import { type Brick, brickLvName, brickPath, brickThinPoolName } from '../../domain/brick.js';
import { volumeGroupName } from '../../domain/device.js';
import { isId } from '../../domain/ids.js';
import { manageName, type Node } from '../../domain/node.js';
import type { HostSurvey } from '../../executors/commands/node/host-survey.js';
import { cloneLeftovers } from './clone-leftovers.js';
import type { Difference, DifferenceKind } from './difference.js';
import type { SettledRecords } from './pool-records.js';

const MOUNT_ROOT = '/var/lib/heketi/mounts/';

type Report = (kind: DifferenceKind, subject: string, text: string, remedy: string) => void;

/** Volume groups, logical volumes, mounts and fstab lines of one host, as far as it told of them. */
export function hostDifferences(node: Node, survey: HostSurvey, records: SettledRecords): readonly Difference[] {
  const host = manageName(node);
  const found: Difference[] = [];
  const report: Report = (kind, subject, text, remedy) =>
    found.push({ kind, clusterId: node.clusterId, host, subject, text, remedy });
  const bricks = records.bricks.filter(({ nodeId }) => nodeId === node.id);
  compareGroups(node, survey, records, report);
  compareLogicalVolumes(bricks, survey, records, report);
  for (const { name, pool, mountPoint } of cloneLeftovers(survey, records.known)) {
    report(
      'superfluous-logical-volume',
      name,
      `logical volume ${name} of a clone that gluster does not have any more keeps space of thin pool ${pool}${mountPoint ? `, and is mounted on ${mountPoint}` : ''}`,
      `when nothing uses it, ${mountPoint ? `umount ${mountPoint} and ` : ''}lvremove ${name}: until then its pool stays`,
    );
  }
  compareMounts(bricks, survey, records, report);
  compareFstab(bricks, survey, records, report);
  return found;
}

function compareGroups(node: Node, { volumeGroups }: HostSurvey, records: SettledRecords, report: Report): void {
  if (!volumeGroups) return;
  const there = new Set(volumeGroups.rows.map((row) => row['vg_name'] ?? ''));
  for (const device of records.devices.filter(({ nodeId, state }) => nodeId === node.id && state !== 'failed')) {
    const name = volumeGroupName(device.id);
    if (there.has(name)) continue;
    report(
      'missing-volume-group',
      name,
      `volume group ${name} of device ${device.name} (${device.id}) is missing`,
      `look whether the disk is there (lsblk ${device.name}) and run vgchange -ay ${name}; a lost disk is removed with heketi-cli device remove ${device.id}`,
    );
  }
  for (const name of there) {
    const id = idIn(name, 'vg_');
    if (id === null || records.knownIds.has(id)) continue;
    report(
      'superfluous-volume-group',
      name,
      `volume group ${name} belongs to no known device`,
      `when nothing on it is needed (lvs ${name}), remove it with vgremove ${name} and pvremove of its disk`,
    );
  }
}

function compareLogicalVolumes(
  bricks: readonly Brick[],
  { logicalVolumes }: HostSurvey,
  records: SettledRecords,
  report: Report,
): void {
  if (!logicalVolumes) return;
  const nameOf = (row: Readonly<Record<string, string>>) => `${row['vg_name']}/${row['lv_name']}`;
  const there = new Set(logicalVolumes.rows.map(nameOf));
  const known = new Set(records.known.bricks.flatMap((brick) => [lvName(brick), poolName(brick)]));
  for (const brick of bricks) {
    for (const name of [lvName(brick), poolName(brick)]) {
      if (there.has(name)) continue;
      report(
        'missing-logical-volume',
        name,
        `logical volume ${name} of brick ${brick.id} (volume ${brick.volumeId}) is missing`,
        'the data of this brick is gone from this host: move the brick to another device and let gluster heal it',
      );
    }
  }
  for (const row of logicalVolumes.rows) {
    const name = nameOf(row);
    const [group = '', volume = ''] = name.split('/');
    const device = idIn(group, 'vg_');
    if (device === null || known.has(name) || records.knownIds.has(idIn(volume, 'brick_') ?? '')) continue;
    if ((idIn(volume, 'brick_') ?? idIn(volume, 'tp_')) !== null) {
      report(
        'superfluous-logical-volume',
        name,
        `logical volume ${name} belongs to no known brick and takes space that is counted as free`,
        `when no gluster volume uses it (gluster volume info), remove it with lvremove ${name}`,
      );
    } else if (records.knownIds.has(device) && (row['pool_lv'] ?? '') === '') {
      // What lies in a pool (gluster's snapshots and clones) takes no space of the group.
      report(
        'superfluous-logical-volume',
        name,
        `logical volume ${name} was not made for a brick and takes space that is counted as free`,
        `when nobody needs it (lvs -o +lv_time,lv_device_open ${name}), remove it with lvremove ${name}`,
      );
    }
  }
}

function compareMounts(
  bricks: readonly Brick[],
  { mounts }: HostSurvey,
  records: SettledRecords,
  report: Report,
): void {
  if (!mounts) return;
  const there = new Map(mounts.map(({ source, target }) => [target.replace(/^\/var\/run\//, '/run/'), source]));
  for (const brick of bricks) {
    const point = mountPoint(brick);
    const source = there.get(point);
    const wanted = mapperPath(brick);
    if (source === wanted || (source !== undefined && isSnapshotMount(point))) continue;
    report(
      'missing-mount',
      point,
      source === undefined
        ? `${point} of brick ${brick.id} (volume ${brick.volumeId}) is not mounted`
        : `${point} of brick ${brick.id} is mounted from ${source} instead of ${wanted}`,
      isSnapshotMount(point)
        ? 'gluster mounts the bricks of clones: start the volume with force'
        : `mount ${point}, then start the volume with force so that gluster starts the brick`,
    );
  }
  const known = new Set(records.known.bricks.map(mountPoint));
  for (const point of there.keys()) {
    if (!point.startsWith(MOUNT_ROOT) || known.has(point)) continue;
    report(
      'superfluous-mount',
      point,
      `${point} is mounted and belongs to no known brick`,
      `when nothing uses it (lsof ${point}), umount ${point}`,
    );
  }
}

function compareFstab(bricks: readonly Brick[], { fstab }: HostSurvey, records: SettledRecords, report: Report): void {
  if (!fstab) return;
  const there = new Set(fstab.map((line) => line.mountPoint));
  for (const brick of bricks) {
    const point = mountPoint(brick);
    if (isSnapshotMount(point) || there.has(point)) continue;
    report(
      'missing-fstab-line',
      point,
      `the fstab has no line for ${point} of brick ${brick.id}, which will be missing after a restart`,
      `add the line: ${mapperPath(brick)} ${point} xfs rw,inode64,noatime,nouuid 1 2`,
    );
  }
  const known = new Set(records.known.bricks.map(mountPoint));
  for (const point of there) {
    if (!point.startsWith(MOUNT_ROOT) || known.has(point)) continue;
    report(
      'superfluous-fstab-line',
      point,
      `the fstab has a line for ${point}, which belongs to no known brick`,
      'delete the line: a restart may stop at it',
    );
  }
}

function lvName(brick: Brick): string {
  return `${volumeGroupName(brick.deviceId)}/${brickLvName(brick)}`;
}

function poolName(brick: Brick): string {
  return `${volumeGroupName(brick.deviceId)}/${brickThinPoolName(brick)}`;
}

/** device-mapper doubles the dashes of VG and LV names. */
function mapperPath(brick: Brick): string {
  const doubled = (name: string) => name.replaceAll('-', '--');
  return `/dev/mapper/${doubled(volumeGroupName(brick.deviceId))}-${doubled(brickLvName(brick))}`;
}

function mountPoint(brick: Brick): string {
  const path = brick.path || brickPath(brick.deviceId, brick.id);
  return path.replace(/^\/var\/run\//, '/run/').replace(/\/brick$/, '');
}

function isSnapshotMount(point: string): boolean {
  return point.startsWith('/run/gluster/');
}

function idIn(name: string, prefix: string): string | null {
  const id = name.startsWith(prefix) ? name.slice(prefix.length) : '';
  return isId(id) ? id : null;
}
