import { clusterErrorsText, eligibleClusters } from '../../domain/allocator/eligible-clusters.js';
import type { DeviceVerdict, PlacementResult } from '../../domain/allocator/types.js';
import type { Brick } from '../../domain/brick.js';
import { disperseCounts } from '../../domain/durability.js';
import { DomainError } from '../../domain/errors.js';
import type { Id } from '../../domain/ids.js';
import { storageName } from '../../domain/node.js';
import type { PendingOperation } from '../../domain/pending-operation.js';
import { gibToKib } from '../../domain/size.js';
import { blockInfoFor, mountFor, type Volume } from '../../domain/volume.js';
import { refuseLongVolumeName } from '../../domain/volume-name.js';
import { effectiveOptions, readPlacementOptions, refuseSetWithoutArbiter } from '../../domain/volume-options.js';
import { createGlusterVolume, type GlusterVolume, isStarted } from '../../executors/commands/gluster/gluster-volume.js';
import type { ReadTx, Tx } from '../../store/store.js';
import { steadyUnixMs } from '../../timing/clocks.js';
import type { Finalized, OperationContext, OperationKind } from '../engine/operation.js';
import type { Intent } from '../engine/operation-records.js';
import { spreadOver, storageNamesOf } from '../hosts/cluster-hosts.js';
import type { NodeHealth, VolumeRequest } from '../ports.js';
import type { OperationSettings } from '../settings.js';
import { deleteUnused, type StopNote, stopNote, stoppedAsNoted, type UnusedVolume } from './delete-unused.js';
import { type FoundVolume, findVolume } from './find-volume.js';
import { place, placementRequest, plannedBrick, snapshotOf } from './placement.js';
import { proveUnused } from './proof-of-disuse.js';
import { takeSpace } from './space.js';
import {
  countServed,
  createBricks,
  retractBricks,
  soughtVolume,
  stillThere,
  undoBricks,
  type VolumeWork,
  volumeWork,
} from './volume-bricks.js';

/** Refuses what can be refused before anything is allocated, in the order clients know. */
export async function checkVolumeRequest(
  tx: ReadTx,
  request: VolumeRequest,
  settings: OperationSettings,
): Promise<void> {
  if ((await tx.clusters.list()).length === 0) {
    throw new DomainError('invalid', 'No clusters configured: load a topology first');
  }
  for (const id of request.clusters ?? []) {
    if (!(await tx.clusters.find(id))) throw new DomainError('invalid', `Cluster id ${id} not found`);
  }
  const { type } = request.durability;
  const minKib = settings.limits.minBrickKib * (type === 'disperse' ? disperseCounts(request.durability).data : 1);
  if (gibToKib(request.sizeGib) < minKib) {
    throw new DomainError(
      'invalid',
      `Requested volume size (${request.sizeGib} GB) is smaller than the minimum supported volume size (${minKib} KiB)`,
    );
  }
}

/** The options of a new volume, in the order in which gluster is given them; refuses what gluster makes no volume of. */
export function optionsOfRequest(request: VolumeRequest, settings: OperationSettings): readonly string[] {
  const options = effectiveOptions(
    settings.preRequestOptions,
    request.options,
    settings.postRequestOptions,
    request.isBlockHosting ? settings.blockHostingOptions : null,
  );
  if (settings.hasGlusterLimits) refuseSetWithoutArbiter(request.durability, options);
  return options;
}

/** Why one cluster could not take a volume. */
export interface ClusterPlacementRefusal {
  readonly clusterId: Id;
  readonly text: string;
  readonly explanation: string;
  readonly devices: readonly DeviceVerdict[];
}

/** No cluster could take the volume; carries the reasons per device for the log and for `POST /placements`. */
export class NoPlacementError extends DomainError {
  readonly refusals: readonly ClusterPlacementRefusal[];

  constructor(message: string, refusals: readonly ClusterPlacementRefusal[]) {
    super('no_space', message);
    this.refusals = refusals;
  }
}

/** Places the volume, books the space, and writes volume and bricks as pending. */
export async function buildVolumeCreate(
  tx: Tx,
  operationId: Id,
  volumeId: Id,
  request: VolumeRequest,
  settings: OperationSettings,
  health: NodeHealth,
): Promise<Intent> {
  const name = request.name || `vol_${volumeId}`;
  const options = optionsOfRequest(request, settings);
  const { clusterId, sets } = await choosePlacement(tx, request, name, options, settings, health);
  const bricks = sets.flat().map((placed) => plannedBrick(placed, volumeId, operationId));
  await refuseLongNames(tx, name, bricks, settings);
  const volume: Volume = {
    id: volumeId,
    clusterId,
    name,
    sizeGib: request.sizeGib,
    durability: request.durability,
    gid: request.gid,
    isBlockHosting: request.isBlockHosting,
    snapshotEnabled: request.snapshotEnabled,
    snapshotFactor: request.snapshotFactor,
    options,
    requestedClusters: request.clusters,
    blockInfo: blockInfoFor(request.isBlockHosting, request.sizeGib),
    storedMount: mountFor(name, await storageNamesOf(tx, clusterId)),
    pendingId: operationId,
  };
  await takeSpace(tx, bricks);
  await tx.bricks.insert(bricks);
  await tx.volumes.insert(volume);
  return {
    actions: [
      ...bricks.map((brick) => ({ change: 'add-brick' as const, id: brick.id, delta: null })),
      { change: 'add-volume' as const, id: volumeId, delta: null },
    ],
    plan: {},
    lane: clusterId,
  };
}

/** Refuses bricks that gluster can't take into a volume of this name. */
export async function refuseLongNames(
  tx: ReadTx,
  volumeName: string,
  bricks: readonly Pick<Brick, 'nodeId' | 'path'>[],
  settings: OperationSettings,
): Promise<void> {
  if (!settings.hasGlusterLimits) return;
  for (const { nodeId, path } of bricks) {
    const node = await tx.nodes.find(nodeId);
    if (node) refuseLongVolumeName(volumeName, storageName(node), path);
  }
}

/** The first cluster, in the order asked for or by id, that can take the volume, and where its bricks go. */
export async function choosePlacement(
  tx: ReadTx,
  request: VolumeRequest,
  name: string,
  options: readonly string[],
  settings: OperationSettings,
  health: NodeHealth,
) {
  const candidates = request.clusters?.length
    ? request.clusters
    : (await tx.clusters.list()).map((cluster) => cluster.id);
  const described = [];
  for (const id of candidates) {
    const cluster = await tx.clusters.find(id);
    if (!cluster) continue;
    described.push({
      id,
      allowsFile: cluster.allowsFile,
      allowsBlock: cluster.allowsBlock,
      volumeCount: await tx.volumes.countByCluster(id),
      nameTaken: (await tx.volumes.findByName(id, name)) !== null,
    });
  }
  const { eligible, reasons } = eligibleClusters(described, {
    name,
    isBlock: request.isBlockHosting,
    maxVolumes: settings.maxVolumesPerCluster,
  });
  if (eligible.length === 0) throw refused(clusterErrorsText(reasons, 'No eligible cluster for volume'), []);
  const wanted = placementRequest(
    { ...request, sizeKib: gibToKib(request.sizeGib), options, existingBricks: 0 },
    settings,
  );
  const refusals: ClusterPlacementRefusal[] = [];
  for (const clusterId of eligible) {
    const placed = place(await snapshotOf(tx, clusterId, health, settings.reserveSpareMetadata), wanted);
    if (placed.kind === 'placed') return { clusterId, sets: placed.sets };
    refusals.push({ clusterId, text: createText(placed), explanation: placed.explanation, devices: placed.devices });
    if (placed.reason === 'invalid-tag-rule' || placed.reason === 'file-size-over-brick-size') break;
  }
  const texts = refusals.map(({ clusterId, text, explanation }) => ({
    clusterId,
    text: explanation ? `${text}\n${explanation}` : text,
  }));
  throw refused(clusterErrorsText(texts, 'Unable to create volume on any cluster:'), refusals);
}

/** Clients of a create know one text for every way in which a size does not fit; the explanation says which. */
function createText({ reason, text }: Extract<PlacementResult, { kind: 'refused' }>): string {
  return reason === 'max-bricks' || reason === 'min-brick-size' ? 'No space' : text;
}

function refused(text: string, refusals: readonly ClusterPlacementRefusal[]): NoPlacementError {
  return new NoPlacementError(`Failed to allocate new volume: ${text}`, refusals);
}

interface VolumeCreateWork extends UnusedVolume {
  /** Begun by the original, which takes interrupted creates back: their clients have asked again. */
  readonly isImported: boolean;
}

export const volumeCreate: OperationKind<VolumeCreateWork, void> = {
  type: 'create-volume',

  async load(tx: ReadTx, operation: PendingOperation): Promise<VolumeCreateWork | null> {
    const id = operation.actions.find((action) => action.change === 'add-volume')?.id;
    const volume = id ? await tx.volumes.find(id) : null;
    const work = volume && (await volumeWork(tx, operation, volume, 'add-brick'));
    return (
      work && {
        ...work,
        isImported: operation.origin === 'heketi',
        stopped: stoppedAsNoted(operation.plan as StopNote | null),
      }
    );
  },

  lane: ({ volume }) => volume.clusterId,

  /** The volume itself is only made from one host; elsewhere only bricks are made. */
  leftovers({ volume, bricks }) {
    const [maker, ...others] = spreadOver(bricks, volume.id).map(({ manageName }) => manageName);
    return {
      mustEnd: maker === undefined ? [] : [maker],
      mayStay: others,
      volumes: [soughtVolume(volume, bricks)],
    };
  },

  async exec(work, context, { isResumed }) {
    if (isResumed) return; // `direction` found it complete
    await createBricks(work, context);
    const [maker] = spreadOver(work.bricks, work.volume.id);
    if (!maker) throw new Error(`volume ${work.volume.id} has no bricks`);
    const isArbiter = readPlacementOptions(work.volume.options ?? [], { averageFileKib: 0 }).arbiter;
    await context.work.onVolume(work.volume.clusterId, work.volume.name, context.hosts, (hosts) =>
      createGlusterVolume(hosts, maker.manageName, {
        name: work.volume.name,
        volumeId: work.volume.id,
        durability: work.volume.durability,
        isArbiter,
        bricks: work.bricks.map(({ brick, storageName }) => ({ host: storageName, path: brick.path })),
        options: work.volume.options ?? [],
      }),
    );
  },

  async finalize(tx, { operationId, volume }): Promise<Finalized> {
    await tx.bricks.settle(volume.id, operationId);
    const now = await tx.volumes.find(volume.id);
    if (now) await tx.volumes.update({ ...now, pendingId: null });
    await tx.volumes.markUnclaimed(volume.id, steadyUnixMs());
    return { location: `/volumes/${volume.id}` };
  },

  /**
   * A volume that is there as ordered (the answer was lost, or the last command lied) is kept; any other goes. After a
   * crash whose client does not come back, having asked anew, it is kept only when it may be in use.
   */
  async direction(work, context, after, isDeserted) {
    if (work.isImported || after === 'undo') return 'back';
    const found = await infoOf(work, context);
    if (!found || !isComplete(found, work)) return 'back';
    return isDeserted && (await isProvedUnused(work, found, context)) ? 'back' : 'forward';
  },

  notes: ({ stopped }) => stopNote(stopped),

  async undo(work, context, failed) {
    const { clusterId, name } = work.volume;
    await context.work.onVolume(clusterId, name, context.hosts, async (hosts) => {
      const found = await infoOf(work, context);
      if (!found || !isOurs(found, work)) return;
      const outcome = await deleteUnused(work, found, context, hosts, { keepNotes: failed.keepNotes });
      const still = outcome === 'absent' ? await infoOf(work, context) : null;
      if (still && isOurs(still, work)) throw stillThere(work.volume);
    });
    return undoBricks(work.bricks, context, failed);
  },

  async retract(tx, { volume, bricks }, undone) {
    const parked = await retractBricks(tx, bricks, volume.clusterId, undone);
    await tx.volumes.delete(volume.id);
    return parked;
  },
};

function infoOf(work: VolumeWork, context: OperationContext) {
  return findVolume(soughtVolume(work.volume, work.bricks), context, (found) => isOurs(found, work));
}

/** By a brick, whose path holds a fresh id: a name alone would let a rollback delete somebody else's volume. */
function isOurs(found: GlusterVolume, work: VolumeWork): boolean {
  return countServed(found, work.bricks) > 0;
}

/** The start is the last step but options come before it, so a started volume with its id option is complete. */
function isComplete(found: GlusterVolume, work: VolumeWork): boolean {
  return (
    isStarted(found) &&
    found.bricks.length === work.bricks.length &&
    countServed(found, work.bricks) === work.bricks.length &&
    found.options.some((option) => option.name === 'user.heketi.id' && option.value === work.volume.id)
  );
}

async function isProvedUnused(work: VolumeWork, found: FoundVolume, context: OperationContext): Promise<boolean> {
  try {
    await proveUnused(work, found, context);
    return true;
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    return false;
  }
}
