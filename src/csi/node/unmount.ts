import { CsiError } from '../rpc/csi-error.js';
import { isGluster, mountsAt, readMounts } from './mount-table.js';
import type { Node } from './node.js';

/** Nobody stacks more mounts on one path; what comes back again and again is somebody else's. */
const MOST_STACKED = 16;

/** Takes down whatever of gluster is mounted at the path; throws when something else is. No folder is touched. */
export async function clear(path: string, node: Node): Promise<void> {
  for (let i = 0; i < MOST_STACKED; i++) {
    const [top] = mountsAt(await readMounts(node.host), path).toReversed();
    if (!top) return;
    if (!isGluster(top)) {
      throw new CsiError(
        'INTERNAL',
        `${top.source} (${top.type}) is mounted at ${path}, which this driver did not do: it is left alone`,
      );
    }
    await node.client.unmount(path, (await node.client.fare(path)).is === 'dead');
  }
  throw new CsiError('INTERNAL', `something is mounted at ${path} again and again`);
}
