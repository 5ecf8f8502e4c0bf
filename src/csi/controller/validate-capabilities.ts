import { whyUnsupported } from '../capabilities.js';
import { readClassParameters } from '../class-parameters.js';
import { CsiError } from '../rpc/csi-error.js';
import type { ValidateVolumeCapabilitiesRequest } from '../rpc/messages.js';
import type { Servers } from '../servers/servers.js';
import { CONTEXT } from './csi-volume.js';
import { getVolume } from './find-volume.js';

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
  const message = whyNot(request, volume.name);
  return message === null ? { confirmed: { volumeContext, volumeCapabilities, parameters } } : { message };
}

function whyNot(
  { volumeCapabilities, volumeContext, parameters }: ValidateVolumeCapabilitiesRequest,
  name: string,
): string | null {
  for (const capability of volumeCapabilities) {
    const reason = whyUnsupported(capability);
    if (reason !== null) return reason;
  }
  if (Object.hasOwn(volumeContext, CONTEXT.volume) && volumeContext[CONTEXT.volume] !== name) {
    return `volume_context names the volume ${JSON.stringify(volumeContext[CONTEXT.volume])}, and gluster knows it as ${name}`;
  }
  try {
    readClassParameters(parameters);
  } catch (error) {
    if (error instanceof CsiError) return error.message;
    throw error;
  }
  return null;
}
