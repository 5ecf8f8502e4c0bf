import { readFile } from 'node:fs/promises';
import { isBoltFile } from '../../bolt/bolt-file.js';
import { FileSource } from '../../bolt/source.js';
import { Document } from '../../interchange/document.js';
import type { EntrySource } from '../../interchange/entry-source.js';
import { HeketiBolt } from '../../interchange/heketi-bolt.js';
import { readEntries } from '../../interchange/read-entries.js';
import { parseJson } from '../../json/parse-json.js';
import { explained, type VolumeServer } from '../servers/volume-server.js';
import type { KnownVolume } from './known-volume.js';

/** All complete volumes of a server. Throws CsiError when it does not answer. */
export function volumesOfServer(server: VolumeServer): Promise<readonly KnownVolume[]> {
  return explained(async () => {
    const volumes = await server.volumes(await server.volumeIds());
    return volumes.map(({ cluster, id, name, sizeGib, block, mountHosts }) => ({
      cluster,
      id,
      name,
      sizeGib: Number(sizeGib),
      isBlockHost: block,
      hosts: mountHosts,
    }));
  });
}

/**
 * The volumes of a file: Heketi's own database, or an export as JSON. It must not be in use: the file of a Heketi that runs
 * may change while it is read. Throws DomainError, or an Error of the system, for what can't be read.
 */
export async function volumesOfFile(file: string): Promise<readonly KnownVolume[]> {
  if (!isBoltFile(file)) return volumesOf(new Document(parseJson(await readFile(file, 'utf8')), ''));
  const source = new FileSource(file);
  try {
    return volumesOf(new HeketiBolt(source));
  } finally {
    source.close();
  }
}

/** Without those that are being made, cloned or deleted, which a server hides as well. */
function volumesOf(source: EntrySource): readonly KnownVolume[] {
  const { volumes, nodes } = readEntries(source);
  const settled = [...volumes.values()].map(({ entity }) => entity).filter(({ pendingId }) => pendingId === null);
  return settled.map(({ clusterId, id, name, sizeGib, isBlockHosting }) => ({
    cluster: clusterId,
    id,
    name,
    sizeGib,
    isBlockHost: isBlockHosting,
    hosts: [...nodes.values()]
      .filter(({ entity }) => entity.clusterId === clusterId)
      .flatMap(({ entity }) => entity.storageNames.slice(0, 1)),
  }));
}
