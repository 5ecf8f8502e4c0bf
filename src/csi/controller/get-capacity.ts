import { whyUnsupported } from '../capabilities.js';
import { readClassParameters } from '../class-parameters.js';
import type { GetCapacityRequest } from '../rpc/messages.js';
import type { Servers } from '../servers/servers.js';
import { explained } from '../servers/volume-server.js';
import { bytesOf } from '../sizes.js';
import { createBody } from './volume-order.js';

/** Beyond any pool: the plan tells the largest size that would fit, and no minimum size refuses it. */
const MORE_THAN_FITS_GIB = 1_000_000_000;

/**
 * The size of the largest volume of a class that would fit now. A volume can be mounted from everywhere, so a zone only
 * matters for whether there is storage: where no node that is online has it, the answer is 0. So it is where no server is named, and CreateVolume is refused.
 */
export async function getCapacity(request: GetCapacityRequest, servers: Servers, zoneKey: string): Promise<object> {
  const gib = await explained(() => largestGib(request, servers, zoneKey));
  return {
    availableCapacity: bytesOf(gib),
    ...(gib > 0 && { maximumVolumeSize: { value: bytesOf(gib) }, minimumVolumeSize: { value: bytesOf(1) } }),
  };
}

async function largestGib(request: GetCapacityRequest, servers: Servers, zoneKey: string): Promise<number> {
  if (request.volumeCapabilities.some((capability) => whyUnsupported(capability) !== null)) return 0;
  const parameters = readClassParameters(request.parameters);
  const server = await servers.findOfClass(parameters, {});
  if (!server) return 0;
  const segments = Object.entries(request.accessibleTopology?.segments ?? {});
  if (segments.some(([key]) => key !== zoneKey)) return 0;
  for (const [, zone] of segments) {
    const nodes = await server.nodes(parameters.clusters);
    if (!nodes.some((node) => node.state === 'online' && String(node.zone) === zone)) return 0;
  }
  const size = { leastGib: MORE_THAN_FITS_GIB, mostGib: null };
  const { client_name: _, ...body } = createBody({ name: '', size, parameters, source: null }, 0);
  return server.largestGib({ ...body, name: '' });
}
