import { isLeftBehind, type UnclaimedVolume } from '../../domain/volume.js';
import type { Difference } from './difference.js';

/** Volumes of which no client is known to have learnt: they may be left behind, or be in use all the same. */
export function unclaimedVolumes(volumes: readonly UnclaimedVolume[], now: number): readonly Difference[] {
  return volumes
    .filter((volume) => isLeftBehind(volume, now))
    .map(({ id, clusterId, name, since }) => ({
      kind: 'unclaimed-volume',
      clusterId,
      host: '',
      nodeId: '',
      subject: name,
      text: `volume ${name} (${id}) is there since ${new Date(since).toISOString()}, and no client has fetched the result of its creation`,
      remedy: `if nothing uses it (gluster volume status ${name} clients), heketi-cli volume delete ${id} removes it; heketi-cli volume claim ${id} keeps it`,
      about: [id],
    }));
}
