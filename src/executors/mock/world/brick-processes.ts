import type { SimulatedBrick, SimulatedVolume } from './simulated-host.js';

export function isBrickOnline(volume: SimulatedVolume, brick: SimulatedBrick): boolean {
  return volume.status === 1 && brick.node.isUp && brick.node.isGlusterdUp && !brick.isDown;
}

/**
 * What glusterd does for a brick when its volume starts or its node does. As with the real one, `force` marks any
 * directory it finds, be it mounted or not; without the directory the process ends at once.
 */
export function startBrick(volume: SimulatedVolume, brick: SimulatedBrick, isForced: boolean): void {
  if (!brick.node.isUp || !brick.node.isGlusterdUp) return;
  const directory = brick.node.directory(brick.path);
  if (directory && isForced) directory.volumeMark ??= volume.id;
  const isStartable = directory && (volume.isClone || directory.volumeMark === volume.id);
  if (!isStartable) {
    brick.isDown = true;
    return;
  }
  delete brick.isDown;
  if (brick.node.locate(brick.path).mount === null) brick.isOnUnmountedDirectory = true;
}
