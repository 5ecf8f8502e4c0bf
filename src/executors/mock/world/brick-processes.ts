import type { SimulatedBrick, SimulatedVolume } from './simulated-host.js';
import { isOnDeadDisk } from './storage.js';

export function isBrickOnline(volume: SimulatedVolume, brick: SimulatedBrick): boolean {
  return volume.status === 1 && brick.node.isServing && !brick.isDown;
}

/**
 * What glusterd does for a brick when its volume starts or its node does. As with the real one, `force` marks any
 * directory it finds, be it mounted or not; without the directory the process ends at once.
 */
export function startBrick(volume: SimulatedVolume, brick: SimulatedBrick, isForced: boolean): void {
  if (!brick.node.isServing) return;
  const directory = brick.node.directory(brick.path);
  if (directory && isForced) directory.volumeMark ??= volume.id;
  const isStartable = directory && !isDiskDead(brick) && (volume.isClone || directory.volumeMark === volume.id);
  if (!isStartable) {
    brick.isDown = true;
    return;
  }
  delete brick.isDown;
  if (brick.node.locate(brick.path).mount === null) brick.isOnUnmountedDirectory = true;
}

/** As gluster's health check, which writes to each brick's file system and ends the process when it can't. */
export function endBricksOnDeadDisks(volumes: Iterable<SimulatedVolume>): void {
  for (const { bricks } of volumes) for (const brick of bricks) if (isDiskDead(brick)) brick.isDown = true;
}

function isDiskDead({ node, path }: SimulatedBrick): boolean {
  const { mount } = node.locate(path);
  return mount !== null && isOnDeadDisk(mount.device);
}
