import type { VolumeInfo } from '../../client/wire.js';
import { whyUnsupported } from '../capabilities.js';
import { readClassParameters } from '../class-parameters.js';
import { CsiError } from '../rpc/csi-error.js';
import type { ValidateVolumeCapabilitiesRequest } from '../rpc/messages.js';
import type { Servers } from '../servers/servers.js';
import { fitted } from '../texts.js';
import { CONTEXT } from './csi-volume.js';
import { getVolume } from './find-volume.js';
import { kindDifferences } from './volume-order.js';

/** Confirms what was asked for, or tells why not. */
export async function validateVolumeCapabilities(
  request: ValidateVolumeCapabilitiesRequest,
  servers: Servers,
): Promise<object> {
  const { volumeCapabilities, volumeContext, parameters } = request;
  if (volumeCapabilities.length === 0 && request.volumeId !== '') {
    throw new CsiError('INVALID_ARGUMENT', 'volume_capabilities is required');
  }
  const { volume } = await getVolume(servers, request.volumeId, request.secrets);
  const message = whyNot(request, volume);
  return message === null
    ? { confirmed: { volumeContext, volumeCapabilities, parameters } }
    : { message: fitted(message) };
}

function whyNot(
  { volumeCapabilities, volumeContext, parameters, mutableParameters }: ValidateVolumeCapabilitiesRequest,
  volume: VolumeInfo,
): string | null {
  const { name } = volume;
  for (const capability of volumeCapabilities) {
    const reason = whyUnsupported(capability);
    if (reason !== null) return reason;
  }
  if (Object.hasOwn(volumeContext, CONTEXT.volume) && volumeContext[CONTEXT.volume] !== name) {
    return `volume_context names the volume ${JSON.stringify(volumeContext[CONTEXT.volume])}, and gluster knows it as ${name}`;
  }
  if (Object.keys(mutableParameters).length > 0) return 'mutable_parameters are not supported';
  if (Object.keys(parameters).length === 0) return null;
  try {
    const [difference] = kindDifferences(readClassParameters(parameters), volume);
    if (difference !== undefined) return `the volume is not as parameters say: ${difference}`;
  } catch (error) {
    if (error instanceof CsiError) return error.message;
    throw error;
  }
  return null;
}
