import { createHash } from 'node:crypto';
import type { VolumeInfo } from '../../client/wire.js';
import { requireCapabilities } from '../capabilities.js';
import { type ClassParameters, readClassParameters } from '../class-parameters.js';
import { CsiError, requireField } from '../rpc/csi-error.js';
import type { CreateVolumeRequest } from '../rpc/messages.js';
import { isWithin, readSizeRange, type SizeRange } from '../sizes.js';
import { parseVolumeId, type VolumeId } from '../volume-id.js';

/** A CreateVolume request that can be carried out. */
export interface VolumeOrder {
  readonly name: string;
  readonly size: SizeRange;
  readonly parameters: ClassParameters;
  /** The volume to clone; null: a new one. */
  readonly source: VolumeId | null;
}

/** The specification's limit. */
const MOST_NAME_BYTES = 128;
/** gluster makes names of files, which may have 255 bytes, of a volume's name, a host and the path of a brick (102). */
const MOST_GLUSTER_NAME = 110;
/** `pvc-UID` has 40. */
const MOST_UNIQUE = 64;
const BANNED = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]/;

export function readVolumeOrder(request: CreateVolumeRequest): VolumeOrder {
  const name = requireField(request.name, 'name');
  if (Buffer.byteLength(name) > MOST_NAME_BYTES) {
    throw new CsiError('INVALID_ARGUMENT', `name has more than ${MOST_NAME_BYTES} bytes`);
  }
  if (BANNED.test(name)) throw new CsiError('INVALID_ARGUMENT', 'name holds control characters');
  requireCapabilities(request.volumeCapabilities);
  if (Object.keys(request.mutableParameters).length > 0) {
    throw new CsiError('INVALID_ARGUMENT', 'mutable_parameters are not supported: volumes can not be modified');
  }
  return {
    name,
    size: readSizeRange(request.capacityRange),
    parameters: readClassParameters(request.parameters),
    source: readSource(request),
  };
}

function readSource({ volumeContentSource: source }: CreateVolumeRequest): VolumeId | null {
  if (!source) return null;
  if (!source.volume) {
    throw new CsiError('INVALID_ARGUMENT', 'volume_content_source must be a volume: there are no snapshots');
  }
  const text = requireField(source.volume.volumeId, 'volume_content_source.volume.volume_id');
  const id = parseVolumeId(text);
  if (!id) throw new CsiError('NOT_FOUND', `there is no volume ${text} to clone`);
  return id;
}

/**
 * The name of the volume for gluster, '': the server makes it up. The in-tree provisioner put prefix, namespace and claim
 * in front of an id of its own; here it is the orchestrator's name, which is the same for every try.
 */
export function glusterName({ name, parameters: { namePrefix, claim } }: VolumeOrder): string {
  if (namePrefix === '') return '';
  const isPlain = /^[a-zA-Z0-9-]+$/.test(name) && name.length <= MOST_UNIQUE;
  const unique = isPlain ? name : createHash('sha256').update(name).digest('hex').slice(0, 32);
  const readable = [namePrefix, claim.namespace, claim.name]
    .filter((part) => part !== '')
    .map((part) => part.replace(/[^a-zA-Z0-9-]/g, '-'))
    .join('_');
  return `${readable.slice(0, MOST_GLUSTER_NAME - unique.length - 1)}_${unique}`;
}

/** The body of `POST /volumes`, as the in-tree provisioner sent it. `gid` 0: none. */
export function createBody(order: VolumeOrder, gid: number) {
  const { clusters, durability, options, snapshotFactor } = order.parameters;
  return {
    size: order.size.leastGib,
    ...(clusters.length > 0 && { clusters }),
    name: glusterName(order),
    durability,
    ...(gid !== 0 && { gid }),
    ...(options.length > 0 && { glustervolumeoptions: options }),
    snapshot: { enable: true, factor: snapshotFactor },
    client_name: order.name,
  };
}

/** In what a volume with the order's name differs from the order; none: it is the one that was ordered. */
export function differencesFrom(order: VolumeOrder, volume: VolumeInfo): readonly string[] {
  const { source, parameters, size } = order;
  const clonedFrom = volume.clonedFrom || 'none';
  const wanted = source?.volume ?? 'none';
  if (clonedFrom !== wanted) return [`its content is from volume ${clonedFrom}, not from ${wanted}`];
  const sizeGib = Number(volume.sizeGib);
  // What a clone lacks of its size is added after it was made.
  const isTooSmall = sizeGib < size.leastGib && source === null;
  const isTooLarge = sizeGib >= size.leastGib && !isWithin(sizeGib, size);
  return [
    ...(isTooSmall || isTooLarge ? [`it has ${sizeGib} GiB, not ${describeSize(size)}`] : []),
    ...kindDifferences(parameters, volume),
  ];
}

/** In what a volume is not of the kind that a class makes, or lies elsewhere. */
export function kindDifferences(parameters: ClassParameters, volume: VolumeInfo): readonly string[] {
  const { durability, options, snapshotFactor, gids, clusters } = parameters;
  const found = describeDurability(volume);
  const wanted = describeDurability({
    durability: durability.type,
    replica: durability.replicate.replica ?? 0,
    disperseData: durability.disperse.data ?? 0,
    redundancy: durability.disperse.redundancy ?? 0,
  });
  const missing = options.filter((option) => !volume.options.some((has) => has.trim() === option));
  const gid = Number(volume.gid);
  return [
    ...(found === wanted ? [] : [`its durability is ${found}, not ${wanted}`]),
    ...missing.map((option) => `it lacks the option ${JSON.stringify(option)}`),
    ...(Math.fround(volume.snapshotFactor) === Math.fround(snapshotFactor)
      ? []
      : [`its snapshot factor is ${volume.snapshotFactor}, not ${snapshotFactor}`]),
    ...(gids && (gid < gids.min || gid > gids.max) ? [`its group is ${gid}, not from ${gids.min} to ${gids.max}`] : []),
    ...(clusters.length > 0 && !clusters.includes(volume.cluster) ? [`it is in cluster ${volume.cluster}`] : []),
  ];
}

type Kind = Pick<VolumeInfo, 'durability' | 'replica' | 'disperseData' | 'redundancy'>;

function describeDurability({ durability, replica, disperseData, redundancy }: Kind): string {
  if (durability === 'replicate') return `replicate:${replica}`;
  return durability === 'disperse' ? `disperse:${disperseData}:${redundancy}` : 'none';
}

function describeSize({ leastGib, mostGib }: SizeRange): string {
  return mostGib === null ? `at least ${leastGib} GiB` : `${leastGib} to ${mostGib} GiB`;
}
