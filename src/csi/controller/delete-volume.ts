import { CsiError } from '../rpc/csi-error.js';
import type { DeleteVolumeRequest } from '../rpc/messages.js';
import { explain, isBusy, isNotFound, isUnknownOutcome } from '../servers/server-refusal.js';
import type { Servers } from '../servers/servers.js';
import { explained, type VolumeServer } from '../servers/volume-server.js';
import { findVolume } from './find-volume.js';

/** Done when the server that has the volume's cluster says that there is no such volume, whoever deleted it. */
export async function deleteVolume({ volumeId, secrets }: DeleteVolumeRequest, servers: Servers): Promise<object> {
  const found = await findVolume(servers, volumeId, secrets);
  if (!found) return {};
  if (found.volume.block) {
    throw new CsiError('FAILED_PRECONDITION', `volume ${volumeId} hosts block volumes, and is none of this driver's`);
  }
  await explained(() => remove(found.server, found.volume.id));
  return {};
}

async function remove(server: VolumeServer, id: string): Promise<void> {
  try {
    await server.delete(id);
  } catch (error) {
    if (isNotFound(error) || isUnknownOutcome(error)) {
      if ((await server.lookAt(id)).is === 'absent') return;
      throw new CsiError(
        'UNAVAILABLE',
        `whether volume ${id} was deleted is not known yet: ${(error as Error).message}`,
      );
    }
    // It was free when it was looked at: another request came first.
    if (isBusy(error)) {
      throw new CsiError('ABORTED', `volume ${id} is being changed; ask again when that has ended`);
    }
    throw explain(error);
  }
}
