import { CsiError, requireField } from '../rpc/csi-error.js';
import type { NodeGetVolumeStatsRequest } from '../rpc/messages.js';
import { fitted } from '../texts.js';
import { plainPath } from './mount-point.js';
import { isGluster, mountsAt, readMounts } from './mount-table.js';
import type { Node } from './node.js';

/** As `df` tells it. A mount that is dead or does not answer is abnormal, and has no figures. */
export async function volumeStats(request: NodeGetVolumeStatsRequest, node: Node): Promise<object> {
  requireField(request.volumeId, 'volume_id');
  // Not required to be one of ours: where none of our mounts can be, none is found.
  const given = requireField(request.volumePath, 'volume_path');
  const plain = plainPath(given);
  const path = plain === null ? given : await node.host.realPath(plain);
  const mounted = plain === null ? undefined : mountsAt(await readMounts(node.host), path).at(-1);
  if (!mounted || !isGluster(mounted)) throw new CsiError('NOT_FOUND', `no volume is mounted at ${path}`);
  const fare = await node.client.fare(path);
  switch (fare.is) {
    case 'well':
      return {
        usage: [usageOf(fare.usage.bytes, 'BYTES'), usageOf(fare.usage.inodes, 'INODES')],
        volumeCondition: { abnormal: false, message: 'the mount answers' },
      };
    case 'absent':
      throw new CsiError('NOT_FOUND', `there is no ${path}`);
    case 'dead':
      return abnormal(
        'the process of the mount is gone (Transport endpoint is not connected): restart the pods that use it',
      );
    case 'silent':
      return abnormal(`the mount does not answer: ${fare.reason}`);
  }
}

function abnormal(message: string): object {
  return { usage: [], volumeCondition: { abnormal: true, message: fitted(message) } };
}

function usageOf({ total, available, used }: Readonly<Record<'total' | 'available' | 'used', bigint>>, unit: string) {
  return { total: String(total), available: String(available), used: String(used), unit };
}
