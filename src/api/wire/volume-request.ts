import type { Durability } from '../../domain/durability.js';
import { DomainError } from '../../domain/errors.js';
import type { VolumeRequest } from '../../operations/ports/requests.js';
import type { components } from '../contract/openapi.js';

type VolumeCreate = components['schemas']['VolumeCreate'];

const MIN_SNAPSHOT_FACTOR = 1;
const MAX_SNAPSHOT_FACTOR = 100;
const MAX_REPLICA = 3;
/** data+redundancy */
const DISPERSE_PAIRS = ['2+1', '4+2', '8+3', '8+4'];

/** The rules that the schema can't state, because they depend on several members. Throws `invalid`. */
export function volumeRequest(body: VolumeCreate): VolumeRequest {
  const snapshotEnabled = body.snapshot?.enable ?? false;
  return {
    // Beyond 2^53 any double is more than there can be, and is refused for lack of space.
    sizeGib: Number(body.size),
    name: body.name ?? '',
    clusters: body.clusters && body.clusters.length > 0 ? body.clusters : null,
    durability: requestedDurability(body.durability),
    gid: Number(body.gid ?? 0),
    options: (body.glustervolumeoptions ?? []).map(requestedOption),
    isBlockHosting: body.block ?? false,
    snapshotEnabled,
    snapshotFactor: snapshotEnabled ? snapshotFactor(body.snapshot?.factor) : 1,
    ...(body.client_name !== undefined && { clientName: body.client_name }),
  };
}

/**
 * Gluster's client takes every argument that begins with two dashes for a switch of its own, wherever it stands:
 * `--log-file=...` would have it write to any file of the host, as root. Its volume files have a line for each option.
 */
function requestedOption(option: string): string {
  const words = option.trim().split(/\s+/, 2);
  if (/[\0\r\n]/.test(option) || words.some((word) => word.startsWith('--'))) {
    throw new DomainError(
      'invalid',
      `Invalid volume option ${JSON.stringify(option.slice(0, 64))}: an option is one line, NAME VALUE, and neither may begin with --`,
    );
  }
  return option;
}

function snapshotFactor(requested = 0): number {
  const factor = Math.fround(requested);
  if (factor < MIN_SNAPSHOT_FACTOR || factor > MAX_SNAPSHOT_FACTOR) {
    throw new DomainError(
      'invalid',
      `Invalid snapshot factor ${requested}: with snapshots enabled it must be from 1 to 100`,
    );
  }
  return factor;
}

function requestedDurability(body: VolumeCreate['durability']): Durability {
  const durability: Durability = {
    type: body?.type || 'none',
    replica: Number(body?.replicate?.replica ?? 0),
    disperseData: Number(body?.disperse?.data ?? 0),
    disperseRedundancy: Number(body?.disperse?.redundancy ?? 0),
  };
  const { type, replica, disperseData, disperseRedundancy } = durability;
  // The original takes a negative number and makes a volume without bricks.
  if (type === 'replicate' && (replica < 0 || replica > MAX_REPLICA)) {
    throw new DomainError('invalid', `Invalid replica value ${replica}: it must be 1, 2 or 3 (2 when not given)`);
  }
  const pair = `${disperseData}+${disperseRedundancy}`;
  if (type === 'disperse' && !DISPERSE_PAIRS.includes(pair)) {
    throw new DomainError(
      'invalid',
      `Invalid dispersion combination: ${pair}; data and redundancy must be ${DISPERSE_PAIRS.join(', ')}`,
    );
  }
  return durability;
}
