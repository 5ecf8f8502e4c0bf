import type { VolumeInfo } from '../../client/wire.js';
import { CsiError } from '../rpc/csi-error.js';
import { explain, hasStatus, isUnknownOutcome } from '../servers/server-refusal.js';
import type { VolumeServer } from '../servers/volume-server.js';

/**
 * Expands `volume`, as it was seen, to `toGib`. The server begins only while the volume has the size that was seen, so a
 * request whose answer was lost is never carried out twice.
 */
export async function enlarge(server: VolumeServer, volume: VolumeInfo, toGib: number): Promise<VolumeInfo> {
  const fromGib = Number(volume.sizeGib);
  try {
    return await server.expand(volume.id, fromGib, toGib - fromGib);
  } catch (error) {
    if (!hasStatus(error, 409) && !isUnknownOutcome(error)) throw error;
    const look = await server.lookAt(volume.id);
    if (look.is === 'there' && Number(look.volume.sizeGib) >= toGib) return look.volume;
    if (look.is === 'absent') throw new CsiError('NOT_FOUND', `volume ${volume.id} is gone`);
    if (hasStatus(error, 409)) {
      throw new CsiError(
        'ABORTED',
        `volume ${volume.id} is being changed (${error.message}); ask again when that has ended`,
      );
    }
    throw explain(error);
  }
}
