import { type Brick, brickLvName, brickPath, brickThinPoolName } from '../../domain/brick.js';
import { volumeGroupName } from '../../domain/device.js';

type Place = Pick<Brick, 'id' | 'deviceId' | 'path' | 'lv' | 'thinPool'>;

/** `group/volume`. */
export function logicalVolumeOf(brick: Place): string {
  return `${volumeGroupName(brick.deviceId)}/${brickLvName(brick)}`;
}

/** `group/pool`. */
export function thinPoolOf(brick: Place): string {
  return `${volumeGroupName(brick.deviceId)}/${brickThinPoolName(brick)}`;
}

/** device-mapper doubles the dashes of VG and LV names. */
export function mapperPathOf(brick: Place): string {
  const doubled = (name: string) => name.replaceAll('-', '--');
  return `/dev/mapper/${doubled(volumeGroupName(brick.deviceId))}-${doubled(brickLvName(brick))}`;
}

export function mountPointOfBrick({ path, deviceId, id }: Place): string {
  return underRun(path || brickPath(deviceId, id)).replace(/\/brick$/, '');
}

/** /var/run is a link to /run everywhere, and programs say either. */
export function underRun(path: string): string {
  return path.replace(/^\/var\/run\//, '/run/');
}

/** gluster mounts the bricks of clones and snapshots itself. */
export function isSnapshotMount(point: string): boolean {
  return point.startsWith('/run/gluster/');
}
