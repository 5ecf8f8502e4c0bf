import {
  chooseHosting,
  type HostingCandidate,
  type HostingChoice,
  type HostingRefusal,
  hostingRefusalsText,
} from '../../domain/block-hosting.js';
import { DomainError, SERVER_BUSY } from '../../domain/errors.js';
import type { Id } from '../../domain/ids.js';
import { usableForBlockGib, type Volume } from '../../domain/volume.js';
import type { ReadTx } from '../../store/store.js';
import type { BlockVolumeRequest, VolumeRequest } from '../ports/requests.js';
import type { OperationSettings } from '../settings.js';
import { clustersFor, NoPlacementError } from '../volumes/choose-placement.js';

const SUBJECT = 'new block volume';

/** No hosting volume takes the block volume, and none is made for it; `refusals`: why those that there are do not. */
export class NoHostingError extends DomainError {
  readonly reason: string;
  readonly refusals: readonly HostingRefusal[];

  constructor(reason: string, choice: HostingChoice) {
    super('no_space', [`Failed to allocate ${SUBJECT}: ${reason}`, ...linesOf(choice)].join('\n'));
    this.reason = reason;
    this.refusals = choice.refusals;
  }
}

/** Why the hosting volumes that there are do not take it, and what they would take. */
function linesOf({ refusals, largestGib }: HostingChoice): readonly string[] {
  if (refusals.length === 0) return [];
  const where = refusals.length === 1 ? 'it' : 'them';
  return [hostingRefusalsText(refusals), `The largest block volume that fits on ${where} now: ${largestGib} GiB`];
}

/** Where a block volume goes: onto a volume that is there, or onto one that is made for it since none of them takes it. */
export type Hosting = { readonly existing: Volume } | NewHosting;

export interface NewHosting {
  readonly order: VolumeRequest;
  readonly others: HostingChoice;
}

/** The refusal of a hosting volume that was to be made, as one of the block volume. */
export function ofBlockVolume(error: NoPlacementError, { order, others }: NewHosting): NoPlacementError {
  const made = `A block hosting volume of ${order.sizeGib} GiB would have been made for it (block_hosting_volume_size).`;
  return new NoPlacementError(SUBJECT, [error.reason, made, ...linesOf(others)].join('\n'), error.refusals);
}

/**
 * Refuses with the reasons (NoHostingError, NoPlacementError) where there is no place, and as busy while another hosting
 * volume is being made or deleted, which may be one.
 */
export async function hostingFor(
  tx: ReadTx,
  request: BlockVolumeRequest,
  name: string,
  settings: OperationSettings,
): Promise<Hosting> {
  const choice = await existingHosting(tx, request, name);
  if (choice.chosen) return { existing: choice.chosen };
  const clusters = await eligible(tx, request, settings);
  const refuse = (reason: string) => new NoHostingError(reason, choice);
  const { blockHostingSizeGib: sizeGib } = settings;
  const usableGib = usableForBlockGib(sizeGib);
  if (request.sizeGib > usableGib)
    throw refuse(
      `The size configured for automatic creation of block hosting volumes (${sizeGib}) is too small to host the requested block volume of size ${request.sizeGib}. The available size on this block hosting volume, minus overhead, is ${usableGib}. Please create a sufficiently large block hosting volume manually.`,
    );
  if (await isHostingInChange(tx)) throw new DomainError('busy', SERVER_BUSY);
  if (!settings.autoCreateBlockHosting)
    throw refuse('Block Hosting Volume Creation is disabled. Create a Block hosting volume and try again.');
  return { order: hostingOrder(clusters, sizeGib), others: choice };
}

/** Among the hosting volumes of the clusters that allow block volumes. */
export async function existingHosting(
  tx: ReadTx,
  { clusters, sizeGib }: Pick<BlockVolumeRequest, 'clusters' | 'sizeGib'>,
  name: string,
): Promise<HostingChoice> {
  const candidates: HostingCandidate[] = [];
  for (const cluster of await tx.clusters.list()) {
    if (!cluster.allowsBlock || (clusters !== null && !clusters.includes(cluster.id))) continue;
    for (const volume of await tx.volumes.listByCluster(cluster.id)) {
      if (!volume.isBlockHosting) continue;
      candidates.push({ volume, blocks: await tx.blockVolumes.listByHostingVolume(volume.id) });
    }
  }
  return chooseHosting(candidates, { name, sizeGib });
}

async function eligible(
  tx: ReadTx,
  { clusters }: BlockVolumeRequest,
  settings: OperationSettings,
): Promise<readonly Id[]> {
  try {
    return await clustersFor(tx, { clusters, isBlockHosting: true }, '', settings);
  } catch (error) {
    throw error instanceof NoPlacementError ? error.of(SUBJECT) : error;
  }
}

/** By an operation of this process: one that was interrupted is led out, and keeps nobody waiting. */
async function isHostingInChange(tx: ReadTx): Promise<boolean> {
  for (const { status, actions } of await tx.operations.list()) {
    if (status !== '') continue;
    for (const { change, id } of actions)
      if ((change === 'add-volume' || change === 'delete-volume') && (await tx.volumes.find(id))?.isBlockHosting)
        return true;
  }
  return false;
}

/** As the original makes them. */
export function hostingOrder(clusters: readonly Id[] | null, sizeGib: number): VolumeRequest {
  return {
    sizeGib,
    name: '',
    clusters,
    durability: { type: 'replicate', replica: 3, disperseData: 0, disperseRedundancy: 0 },
    gid: 0,
    options: [],
    isBlockHosting: true,
    snapshotEnabled: false,
    snapshotFactor: 1,
  };
}
