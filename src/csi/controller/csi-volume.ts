import type { VolumeInfo } from '../../client/wire.js';
import type { CsiVolume, TextMap } from '../rpc/messages.js';
import { bytesOf } from '../sizes.js';
import { formatVolumeId } from '../volume-id.js';

/** The members of a volume's context, for nodes: gluster's name of the volume, and the hosts that tell where it is. */
export const CONTEXT = { volume: 'volume', hosts: 'hosts' } as const;

export function idOf({ cluster, id }: Pick<VolumeInfo, 'cluster' | 'id'>): string {
  return formatVolumeId({ cluster, volume: id });
}

/** As a call that looks at volumes answers it: without the context, whose hosts are those of the volume's creation. */
export function describeVolume(volume: VolumeInfo): CsiVolume {
  return {
    volumeId: idOf(volume),
    capacityBytes: bytesOf(Number(volume.sizeGib)),
    ...(volume.clonedFrom !== '' && {
      contentSource: { volume: { volumeId: idOf({ cluster: volume.cluster, id: volume.clonedFrom }) } },
    }),
  };
}

/** Half of what the specification lets a context have. Any of the hosts knows the volume; the others are for when it is down. */
const MOST_HOSTS_BYTES = 2048;

export function contextOf({ name, mountHosts }: Pick<VolumeInfo, 'name' | 'mountHosts'>): TextMap {
  const told: string[] = [];
  let bytes = 0;
  for (const host of mountHosts) {
    bytes += Buffer.byteLength(host) + 1;
    if (bytes > MOST_HOSTS_BYTES) break;
    told.push(host);
  }
  return { [CONTEXT.volume]: name, [CONTEXT.hosts]: told.join(',') };
}
