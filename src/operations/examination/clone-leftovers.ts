import { type Brick, brickLvName } from '../../domain/brick.js';
import { type Device, volumeGroupName } from '../../domain/device.js';
import type { HostSurvey } from '../../executors/commands/node/host-survey.js';

/** A logical volume that gluster made for a brick of a clone or snapshot and has forgotten. */
export interface CloneLeftover {
  /** `group/volume`. */
  readonly name: string;
  readonly pool: string;
  /** Null when it is not mounted. */
  readonly mountPoint: string | null;
}

/**
 * gluster leaves the logical volumes of a clone mounted when the clone is deleted or one of its bricks replaced, and
 * nothing else tells of them then. Those of snapshots look alike: as long as a volume has some, nothing is said.
 */
export function cloneLeftovers(
  { volumes, logicalVolumes, mounts }: HostSurvey,
  known: { readonly bricks: readonly Brick[]; readonly devices: readonly Device[] },
): readonly CloneLeftover[] {
  if (!volumes || !logicalVolumes || !mounts || volumes.some(({ snapshotCount }) => snapshotCount !== 0)) return [];
  const ours = new Set(known.bricks.map((brick) => `${volumeGroupName(brick.deviceId)}/${brickLvName(brick)}`));
  const groups = new Set(known.devices.map(({ id }) => volumeGroupName(id)));
  const bricks = volumes.flatMap((volume) => volume.bricks.map(({ name }) => brickPathOf(name)));
  return logicalVolumes.rows.flatMap((row) => {
    const [group = '', volume = '', pool = ''] = [row['vg_name'], row['lv_name'], row['pool_lv']];
    const name = `${group}/${volume}`;
    if (!groups.has(group) || !/^[0-9a-f]{32}_\d+$/.test(volume) || ours.has(name)) return [];
    const mount = mounts.find(({ source }) => source === `/dev/mapper/${group}-${volume}`);
    const mountPoint = mount ? underRun(mount.target) : null;
    const isServed = mountPoint !== null && bricks.some((path) => path.startsWith(`${mountPoint}/`));
    return isServed ? [] : [{ name, pool, mountPoint }];
  });
}

function brickPathOf(name: string): string {
  return underRun(name.slice(name.indexOf(':') + 1));
}

function underRun(path: string): string {
  return path.replace(/^\/var\/run\//, '/run/');
}
