import type { VolumeInfo } from '../../client/wire.js';
import { CsiError, requireField } from '../rpc/csi-error.js';
import type { TextMap } from '../rpc/messages.js';
import type { Servers } from '../servers/servers.js';
import { explained, type VolumeServer } from '../servers/volume-server.js';
import { parseVolumeId } from '../volume-id.js';

export interface FoundVolume {
  readonly server: VolumeServer;
  readonly volume: VolumeInfo;
}

/**
 * The volume of an id; null: there is none, as its server says. Throws ABORTED while it is being changed, and as
 * Servers.ofCluster where no server says so.
 */
export async function findVolume(servers: Servers, text: string, secrets: TextMap): Promise<FoundVolume | null> {
  const id = parseVolumeId(requireField(text, 'volume_id'));
  if (!id) return null;
  const server = await servers.ofCluster(id.cluster, secrets);
  const look = await explained(() => server.lookAt(id.volume));
  if (look.is === 'busy')
    throw new CsiError('ABORTED', `volume ${text} is being changed; ask again when that has ended`);
  if (look.is === 'absent' || look.volume.cluster !== id.cluster) return null;
  return { server, volume: look.volume };
}

/** The same; throws NOT_FOUND when there is none. */
export async function getVolume(servers: Servers, text: string, secrets: TextMap): Promise<FoundVolume> {
  const found = await findVolume(servers, text, secrets);
  if (found) return found;
  throw new CsiError('NOT_FOUND', `there is no volume ${text}`);
}
