import { createHash } from 'node:crypto';
import { CsiError } from '../rpc/csi-error.js';
import type { ControllerGetVolumeRequest, ListVolumesRequest } from '../rpc/messages.js';
import type { Servers } from '../servers/servers.js';
import { explained, type VolumeServer } from '../servers/volume-server.js';
import { conditionOf } from './conditions.js';
import { describeVolume } from './csi-volume.js';
import { getVolume } from './find-volume.js';

/** The server keeps its own database, or block volumes, on these. */
const DATABASE_VOLUME = 'heketidbstorage';

/** An answer of gRPC may have 4 MiB; orchestrators go on from the token. */
const MOST_ENTRIES = 2000;

/** A page of the volumes of all known servers, by address and id. A token names the last volume that was seen. */
export async function listVolumes(
  { maxEntries, startingToken }: ListVolumesRequest,
  servers: Servers,
): Promise<object> {
  if (maxEntries < 0) throw new CsiError('INVALID_ARGUMENT', 'max_entries must not be negative');
  const known = (await servers.all()).toSorted((a, b) => (a.access.url < b.access.url ? -1 : 1));
  let from = startingToken === '' ? { server: 0, after: '' } : readToken(startingToken, known);
  const entries: object[] = [];
  const most = Math.min(maxEntries || MOST_ENTRIES, MOST_ENTRIES);
  for (const [index, server] of known.entries()) {
    if (index < from.server) continue;
    const ids = (await explained(() => server.volumeIds())).filter((id) => index > from.server || id > from.after);
    const page = ids.slice(0, most - entries.length);
    entries.push(...(await explained(() => entriesOf(server, page))));
    const last = page.at(-1);
    if (page.length < ids.length) return { entries, nextToken: writeToken(server, last ?? from.after) };
    if (entries.length >= most && last !== undefined) {
      from = { server: index, after: last };
      return { entries, nextToken: (await hasMore(known.slice(index + 1))) ? writeToken(server, last) : '' };
    }
  }
  return { entries, nextToken: '' };
}

export async function controllerGetVolume({ volumeId }: ControllerGetVolumeRequest, servers: Servers): Promise<object> {
  const { server, volume } = await getVolume(servers, volumeId, {});
  const nodes = await explained(() => server.nodes([volume.cluster]));
  return { volume: describeVolume(volume), status: { volumeCondition: conditionOf(volume, nodes) } };
}

async function entriesOf(server: VolumeServer, ids: readonly string[]): Promise<readonly object[]> {
  if (ids.length === 0) return [];
  const volumes = (await server.volumes(ids)).filter(({ block, name }) => !block && name !== DATABASE_VOLUME);
  const nodes = await server.nodes([...new Set(volumes.map(({ cluster }) => cluster))]);
  return volumes.map((volume) => ({
    volume: describeVolume(volume),
    status: { volumeCondition: conditionOf(volume, nodes) },
  }));
}

async function hasMore(servers: readonly VolumeServer[]): Promise<boolean> {
  for (const server of servers) if ((await explained(() => server.volumeIds())).length > 0) return true;
  return false;
}

function writeToken({ access }: VolumeServer, last: string): string {
  return `${shortened(access.url)}.${last}`;
}

/** Addresses may be longer than the specification allows of tokens. */
function shortened(url: string): string {
  return createHash('sha256').update(url).digest('hex').slice(0, 32);
}

function readToken(token: string, known: readonly VolumeServer[]) {
  const [, hash, after = ''] = /^([0-9a-f]{32})\.([0-9a-f]{32})$/.exec(token) ?? [];
  const server = known.findIndex(({ access }) => shortened(access.url) === hash);
  if (server >= 0) return { server, after };
  throw new CsiError(
    'ABORTED',
    'starting_token is none of this driver, or of a server that it knows no more: begin anew without a token',
  );
}
