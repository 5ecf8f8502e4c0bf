import type { BlockVolume } from '../../domain/block-volume.js';
import type { BlockVolumeRequest } from '../../operations/ports/requests.js';
import type { components } from '../contract/openapi.js';
import { exactly } from './integers.js';

export type BlockVolumeInfo = components['schemas']['BlockVolumeInfo'];

export function blockVolumeRequest(body: components['schemas']['BlockVolumeCreate']): BlockVolumeRequest {
  return {
    // Beyond 2^53 any double is more than there can be.
    sizeGib: Number(body.size),
    name: body.name ?? '',
    clusters: body.clusters && body.clusters.length > 0 ? body.clusters : null,
    haCount: Number(body.hacount ?? 0),
    hasAuth: body.auth ?? false,
  };
}

export function blockVolumeInfo(volume: BlockVolume): BlockVolumeInfo {
  const size = exactly(volume, 'sizeGib', volume.sizeGib);
  const usableSize = exactly(volume, 'usableSizeGib', volume.usableSizeGib) || size;
  return {
    size,
    name: volume.name,
    ...(volume.haCount !== 0 && { hacount: exactly(volume, 'haCount', volume.haCount) }),
    id: volume.id,
    blockvolume: {
      hosts: volume.hosts,
      iqn: volume.iqn,
      lun: exactly(volume, 'lun', volume.lun),
      username: volume.username,
      password: volume.password,
    },
    ...(volume.clusterId !== '' && { cluster: volume.clusterId }),
    ...(volume.hostingVolumeId !== '' && { blockhostingvolume: volume.hostingVolumeId }),
    ...(usableSize && { usablesize: usableSize }),
  };
}
