import type { VolumeInfo } from '../../client/wire.js';
import { CsiError } from '../rpc/csi-error.js';
import type { CreateVolumeRequest } from '../rpc/messages.js';
import { explain, hasStatus, isBusy, isNotFound, isUnknownOutcome } from '../servers/server-refusal.js';
import type { Servers } from '../servers/servers.js';
import { explained, type VolumeServer } from '../servers/volume-server.js';
import { contextOf, describeVolume } from './csi-volume.js';
import { enlarge } from './enlarge.js';
import type { Groups } from './groups.js';
import {
  createBody,
  differencesFrom,
  glusterName,
  kindDifferences,
  readVolumeOrder,
  type VolumeOrder,
} from './volume-order.js';

/**
 * The volume that the server knows by the request's name, made if there is none. The server refuses a second one of the
 * same name, so that neither a lost answer nor another driver can make two.
 */
export async function createVolume(request: CreateVolumeRequest, servers: Servers, groups: Groups): Promise<object> {
  const order = readVolumeOrder(request);
  const server = await serverOf(order, request, servers);
  return explained(async () => {
    const found = await server.findByClientName(order.name);
    const volume = found ? await accept(order, found, server) : await make(order, server, groups);
    return { volume: { ...describeVolume(volume), volumeContext: contextOf(volume) } };
  });
}

async function serverOf(order: VolumeOrder, { secrets }: CreateVolumeRequest, servers: Servers): Promise<VolumeServer> {
  const server = await servers.ofClass(order.parameters, secrets);
  if (order.source === null) return server;
  const { cluster, volume } = order.source;
  if (await explained(() => server.hasCluster(cluster))) return server;
  throw new CsiError(
    'NOT_FOUND',
    `there is no volume ${volume} to clone: its cluster ${cluster} is not on the server of this StorageClass, ${server.access.url}`,
  );
}

async function make(order: VolumeOrder, server: VolumeServer, groups: Groups): Promise<VolumeInfo> {
  try {
    const made = order.source
      ? await clone(order, order.source.volume, server)
      : await groups.using(server, order.parameters.gids, (gid) => server.create(createBody(order, gid)));
    // A server that knows no such names would make a second volume at the next try.
    if (made.clientName !== order.name)
      throw new CsiError('INTERNAL', `volume ${made.id} did not get its client's name`);
    return await completed(order, made, server);
  } catch (error) {
    if (hasStatus(error, 409)) return lookAgain(order, server, null);
    if (isUnknownOutcome(error)) return lookAgain(order, server, error);
    throw refusalOf(error);
  }
}

async function clone(order: VolumeOrder, source: string, server: VolumeServer): Promise<VolumeInfo> {
  const look = await server.lookAt(source);
  if (look.is === 'absent') throw new CsiError('NOT_FOUND', `there is no volume ${source} to clone`);
  if (look.is === 'busy')
    throw new CsiError('ABORTED', `volume ${source} is being changed; ask again when that has ended`);
  const differences = kindDifferences(order.parameters, look.volume);
  if (differences.length > 0) {
    throw new CsiError(
      'INVALID_ARGUMENT',
      `a clone is of its source's kind, and volume ${source} is of another one than the StorageClass says: ${differences.join('; ')}`,
    );
  }
  const { mostGib } = order.size;
  if (mostGib !== null && Number(look.volume.sizeGib) > mostGib) {
    throw new CsiError(
      'OUT_OF_RANGE',
      `a clone has the size of its source, ${look.volume.sizeGib} GiB, which is above the limit of ${mostGib} GiB`,
    );
  }
  try {
    return await server.clone(source, { name: glusterName(order), client_name: order.name });
  } catch (error) {
    // It was free when it was looked at: another request came first.
    if (!isNotFound(error) && !isBusy(error)) throw error;
    throw new CsiError('ABORTED', `volume ${source} is being changed; ask again when that has ended`, { cause: error });
  }
}

/** What became of a volume of this name: `lost` is why that is not known. */
async function lookAgain(order: VolumeOrder, server: VolumeServer, lost: unknown): Promise<VolumeInfo> {
  const found = await server.findByClientName(order.name);
  if (found) return accept(order, found, server);
  if (lost !== null) throw explain(lost);
  throw new CsiError(
    'ABORTED',
    `a volume named ${JSON.stringify(order.name)} is being made or deleted; ask again when that has ended`,
  );
}

/** A volume that was there. */
async function accept(order: VolumeOrder, found: VolumeInfo, server: VolumeServer): Promise<VolumeInfo> {
  const differences = differencesFrom(order, found);
  if (differences.length > 0) {
    throw new CsiError(
      'ALREADY_EXISTS',
      `volume ${found.id} has the name ${JSON.stringify(order.name)} and is another one than was asked for: ${differences.join('; ')}`,
    );
  }
  await claim(found, server);
  return completed(order, found, server);
}

async function claim({ id }: VolumeInfo, server: VolumeServer): Promise<void> {
  try {
    await server.claim(id);
  } catch (error) {
    if (!isNotFound(error)) throw error;
    throw new CsiError('ABORTED', `volume ${id} is being deleted; ask again when that has ended`, { cause: error });
  }
}

/** A clone begins with the size of its source. What it lacks is owed still, so no final code may give it up. */
async function completed(order: VolumeOrder, volume: VolumeInfo, server: VolumeServer): Promise<VolumeInfo> {
  if (Number(volume.sizeGib) >= order.size.leastGib) return volume;
  try {
    return await enlarge(server, volume, order.size.leastGib);
  } catch (error) {
    const told = explain(error);
    if (!(told instanceof CsiError)) throw told;
    throw new CsiError(
      'UNAVAILABLE',
      `clone ${volume.id} is there, but not as large as it has to be: ${told.message}`,
      { cause: error },
    );
  }
}

function refusalOf(error: unknown): unknown {
  if (hasStatus(error, 500) && error.message.includes('already in use')) {
    return new CsiError('ALREADY_EXISTS', `the server refused: ${error.message}`, { cause: error });
  }
  if (hasStatus(error, 400) && error.message.includes('smaller than the minimum')) {
    return new CsiError('OUT_OF_RANGE', `the server refused: ${error.message}`, { cause: error });
  }
  return explain(error);
}
