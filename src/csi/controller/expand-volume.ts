import { requireCapability } from '../capabilities.js';
import { CsiError } from '../rpc/csi-error.js';
import type { ControllerExpandVolumeRequest } from '../rpc/messages.js';
import type { Servers } from '../servers/servers.js';
import { explained } from '../servers/volume-server.js';
import { bytesOf, isWithin, readSizeRange } from '../sizes.js';
import { enlarge } from './enlarge.js';
import { getVolume } from './find-volume.js';

/** Mounts show the new size by themselves. A volume that is large enough stays as it is. */
export async function expandVolume(request: ControllerExpandVolumeRequest, servers: Servers): Promise<object> {
  if (!request.capacityRange) throw new CsiError('INVALID_ARGUMENT', 'capacity_range is required');
  const size = readSizeRange(request.capacityRange);
  if (request.volumeCapability) requireCapability(request.volumeCapability);
  const { server, volume } = await getVolume(servers, request.volumeId, request.secrets);
  const isSmaller = Number(volume.sizeGib) < size.leastGib;
  const grown = isSmaller ? await explained(() => enlarge(server, volume, size.leastGib)) : volume;
  const sizeGib = Number(grown.sizeGib);
  if (!isWithin(sizeGib, size)) {
    throw new CsiError('OUT_OF_RANGE', `volume ${request.volumeId} has ${sizeGib} GiB, and volumes do not shrink`);
  }
  return { capacityBytes: bytesOf(sizeGib), nodeExpansionRequired: false };
}
