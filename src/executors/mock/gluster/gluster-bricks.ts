import { parentOf } from '../world/file-system.js';
import { type Layout, type SimulatedBrick, type SimulatedHost, setSize } from '../world/simulated-host.js';
import type { World } from '../world/world.js';

/**
 * Checks `host:path` texts as glusterd does, and marks the directories; answers the bricks, or the reason why not.
 * As with the real one, directories checked before the failing one stay marked.
 */
export function takeBricks(
  world: World,
  host: SimulatedHost,
  texts: readonly string[],
  layout: Layout,
  volumeId: string,
  isForced: boolean,
): SimulatedBrick[] | string {
  const size = setSize(layout);
  const bricks: SimulatedBrick[] = [];
  for (const [i, text] of texts.entries()) {
    const colon = text.indexOf(':');
    const [name, path] = [text.slice(0, colon), text.slice(colon + 1)];
    if (colon < 1 || !path.startsWith('/')) return `Wrong brick type: ${text}, use <HOSTNAME>:<export-dir-abs-path>`;
    const node = world.hostByStorageName(name);
    if (world.isLenient && node && node.pool !== host.pool) world.joinPool(node, host);
    if (node?.pool !== host.pool) return `Host ${name} is not in 'Peer in Cluster' state`;
    if (!node.isUp || !node.isGlusterdUp) return `Host ${name} not connected`;
    if (
      !world.isLenient &&
      (node.overlapsBrick(path) || bricks.some((other) => other.node === node && overlaps(other.path, path)))
    ) {
      return `Brick: ${text} not available. Brick may be containing or be contained by an existing brick.`;
    }
    bricks.push({ host: name, path, node, isArbiter: layout.arbiter > 0 && i % size === size - 1 });
  }
  if (world.isLenient) return bricks;
  const local = bricks.filter((brick) => brick.node === host);
  for (const brick of [...local, ...bricks.filter((other) => other.node !== host)]) {
    const reason = checkDirectory(brick, volumeId, isForced);
    if (reason) return brick.node === host ? reason : `Staging failed on ${brick.node.peerName}. Error: ${reason}`;
  }
  return bricks;
}

function overlaps(a: string, b: string): boolean {
  return a === b || a.startsWith(`${b}/`) || b.startsWith(`${a}/`);
}

/** With `force` a directory is made, and marked, where its parent is there, be it mounted or not. */
export function checkDirectory(
  { node, path, host }: SimulatedBrick,
  volumeId: string,
  isForced: boolean,
): string | null {
  const text = `${host}:${path}`;
  const { fileSystem, below, mount } = node.locate(path);
  const orForce = "Or use 'force' at the end of the command if you want to override this behavior.";
  if (mount && below === '' && !isForced) {
    return `The brick ${text} is a mount point. Please create a sub-directory under the mount point and use that as the brick directory. ${orForce}`;
  }
  if (!fileSystem.directories.has(below) && !fileSystem.directories.has(parentOf(below))) {
    return `Failed to create brick directory for brick ${text}. Reason : No such file or directory `;
  }
  if (!mount && !isForced) {
    return `The brick ${text} is being created in the root partition. It is recommended that you don't use the system's root partition for storage backend. ${orForce}`;
  }
  if (fileSystem.directories.get(below)?.volumeMark && !isForced) return `${path} is already part of a volume`;
  fileSystem.make(below);
  const directory = fileSystem.directories.get(below);
  if (directory) directory.volumeMark = volumeId;
  return null;
}
