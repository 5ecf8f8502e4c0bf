import { type Brick, brickLvName } from '../../../domain/brick.js';
import { volumeGroupName } from '../../../domain/device.js';
import type { Command } from '../../executor.js';
import { program, SHORT_TIMEOUT_MS } from '../host/command-lines.js';
import { devicePath, isSnapshotMount, mountPointOf } from './brick.js';

/** A brick's file system: where it lies and where it belongs. */
export interface BrickMount {
  readonly vgName: string;
  readonly lvName: string;
  /** /dev/mapper path. */
  readonly device: string;
  readonly mountPoint: string;
  /** gluster mounts the bricks of clones itself; they have no fstab line. */
  readonly isSnapshot: boolean;
}

export function brickMount(brick: Brick): BrickMount {
  const vgName = volumeGroupName(brick.deviceId);
  const lvName = brickLvName(brick);
  // /var/run is a link to /run, and mounts are listed by their real path.
  const mountPoint = mountPointOf(brick.path).replace(/^\/var\/run\//, '/run/');
  return { vgName, lvName, device: devicePath(vgName, lvName), mountPoint, isSnapshot: isSnapshotMount(mountPoint) };
}

/** Exit code 0: mounted, and from the right device; gluster names the devices of clones itself. */
export function isMountedCheck({ device, mountPoint, isSnapshot }: BrickMount, mayFail: boolean): Command {
  const argv = isSnapshot ? ['mountpoint', '-q', mountPoint] : ['findmnt', '-n', device, mountPoint];
  return program(argv, SHORT_TIMEOUT_MS, { mayFail });
}
