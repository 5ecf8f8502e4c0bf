import type { Brick } from '../../domain/brick.js';
import { disperseCounts } from '../../domain/durability.js';
import { DomainError } from '../../domain/errors.js';
import type { Id } from '../../domain/ids.js';
import type { Action } from '../../domain/pending-operation.js';
import { gibToKib } from '../../domain/size.js';
import { blockInfoFor, mountFor, type Volume } from '../../domain/volume.js';
import { readPlacementOptions } from '../../domain/volume-options.js';
import { createGlusterVolume, type GlusterVolume, isStarted } from '../../executors/commands/gluster/gluster-volume.js';
import type { ReadTx, Tx } from '../../store/store.js';
import { steadyUnixMs } from '../../timing/clocks.js';
import type { BuildContext, Intent, OperationContext, OperationKind } from '../engine/operation.js';
import { spreadOver, storageNamesOf } from '../hosts/cluster-hosts.js';
import type { VolumeRequest } from '../ports/requests.js';
import type { OperationSettings } from '../settings.js';
import { choosePlacement, logNoPlacement, optionsOfRequest, refuseLongNames } from './choose-placement.js';
import { refuseTakenClientName } from './client-name.js';
import { deleteUnused, isStoppedByUs, type UnusedVolume } from './delete-unused.js';
import { type FoundVolume, findVolume } from './find-volume.js';
import { plannedBrick } from './placement.js';
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

/** A request with the id of the volume that is made for it, by whichever try. */
export interface VolumeOrder extends VolumeRequest {
  readonly volumeId: Id;
}

interface VolumeCreateWork extends UnusedVolume {
  /** Begun by the original, which takes interrupted creates back: their clients have asked again. */
  readonly isImported: boolean;
}

export const volumeCreate: OperationKind<VolumeOrder, VolumeCreateWork, void> = {
  type: 'create-volume',
  isCounted: true,
  retries: ({ settings }) => settings.volumeCreateRetries,

  check: (tx, order, { settings }) => checkVolumeRequest(tx, order, settings),

  /** Places the volume, books the space, and writes volume and bricks as pending. */
  async build(tx, operationId, order, context) {
    return intentOf(await bookNewVolume(tx, operationId, order, context));
  },

  explainRefusal: logNoPlacement,

  async load(tx, operation) {
    const id = operation.actions.find((action) => action.change === 'add-volume')?.id;
    const volume = id ? await tx.volumes.find(id) : null;
    const work = volume && (await volumeWork(tx, operation, volume, 'add-brick'));
    return work && { ...work, isImported: operation.origin === 'heketi', isStoppedByUs: isStoppedByUs(operation) };
  },

  lane: ({ volume }) => volume.clusterId,

  exec: makeNewVolume,

  async finalize(tx, { operationId, volume }) {
    await settleNewVolume(tx, operationId, volume.id);
    await tx.volumes.markUnclaimed(volume.id, steadyUnixMs());
    return { location: `/volumes/${volume.id}` };
  },

  /** The volume itself is only made from one host; elsewhere only bricks are made. */
  leftovers({ volume, bricks }) {
    const [maker, ...others] = spreadOver(bricks, volume.id).map(({ manageName }) => manageName);
    return {
      mustEnd: maker === undefined ? [] : [maker],
      mayStay: others,
      volumes: [soughtVolume(volume, bricks)],
    };
  },

  /**
   * A volume that is there as ordered (the answer was lost, or the last command lied) is kept; any other goes. One that
   * nobody waits for, since its client has asked anew or was told that it failed, is kept only when it may be in use.
   */
  async direction(work, context, { after, isDeserted }) {
    if (work.isImported || after === 'undo') return 'back';
    const found = await infoOf(work, context);
    if (!found || !isComplete(found, work)) return 'back';
    const isUnwanted = isDeserted || after === 'answered';
    return isUnwanted && (await isProvedUnused(work, found, context)) ? 'back' : 'forward';
  },

  /** `direction` found it complete. */
  finish: async () => undefined,

  async undo(work, context, attempt) {
    const { clusterId, name } = work.volume;
    await context.work.onVolume(clusterId, name, context.hosts, async (hosts) => {
      const found = await infoOf(work, context);
      if (!found || !isOurs(found, work)) return;
      const outcome = await deleteUnused(work, found, context, hosts, { note: attempt.note });
      const still = outcome === 'absent' ? await infoOf(work, context) : null;
      if (still && isOurs(still, work)) throw stillThere(work.volume);
    });
    return undoBricks(work.bricks, context, attempt);
  },

  async retract(tx, { volume, bricks }, undone) {
    const parked = await retractBricks(tx, bricks, volume.clusterId, undone);
    await tx.volumes.delete(volume.id);
    return { parked };
  },
};

/** Refuses what can be refused before anything is allocated, in the order clients know. */
export async function checkVolumeRequest(
  tx: ReadTx,
  request: VolumeRequest,
  settings: OperationSettings,
): Promise<void> {
  await refuseUnknownClusters(tx, request.clusters);
  const { type } = request.durability;
  const minKib = settings.limits.minBrickKib * (type === 'disperse' ? disperseCounts(request.durability).data : 1);
  if (gibToKib(request.sizeGib) < minKib) {
    throw new DomainError(
      'invalid',
      `Requested volume size (${request.sizeGib} GB) is smaller than the minimum supported volume size (${minKib} KiB)`,
    );
  }
}

export async function refuseUnknownClusters(tx: ReadTx, clusters: readonly Id[] | null): Promise<void> {
  if ((await tx.clusters.list()).length === 0) {
    throw new DomainError('invalid', 'No clusters configured: load a topology first');
  }
  for (const id of clusters ?? []) {
    if (!(await tx.clusters.find(id))) throw new DomainError('invalid', `Cluster id ${id} not found`);
  }
}

export interface BookedVolume {
  readonly volume: Volume;
  readonly bricks: readonly Brick[];
}

/** Places a volume for operation `operationId`, books its space, and writes it and its bricks as pending. */
export async function bookNewVolume(
  tx: Tx,
  operationId: Id,
  order: VolumeOrder,
  context: BuildContext,
): Promise<BookedVolume> {
  const clientName = order.clientName ?? null;
  await refuseTakenClientName(tx, clientName);
  const booked = await planNewVolume(tx, operationId, order, context);
  await takeSpace(tx, booked.bricks);
  await tx.bricks.insert(booked.bricks);
  await tx.volumes.insert(booked.volume);
  if (clientName !== null) await tx.volumes.noteOrigin(booked.volume.id, { clientName, clonedFrom: null });
  return booked;
}

/** What becomes of them when the volume is made. */
export async function settleNewVolume(tx: Tx, operationId: Id, volumeId: Id): Promise<void> {
  await tx.bricks.settle(volumeId, operationId);
  await tx.volumes.settle(volumeId);
}

async function planNewVolume(tx: ReadTx, operationId: Id, order: VolumeOrder, context: BuildContext) {
  const { volumeId } = order;
  const name = order.name || `vol_${volumeId}`;
  const options = optionsOfRequest(order, context.settings);
  const { clusterId, sets } = await choosePlacement(tx, order, name, options, context);
  const bricks = sets.flat().map((placed) => plannedBrick(placed, volumeId, operationId));
  await refuseLongNames(tx, name, bricks, context.settings);
  const volume: Volume = {
    id: volumeId,
    clusterId,
    name,
    sizeGib: order.sizeGib,
    durability: order.durability,
    gid: order.gid,
    isBlockHosting: order.isBlockHosting,
    snapshotEnabled: order.snapshotEnabled,
    snapshotFactor: order.snapshotFactor,
    options,
    requestedClusters: order.clusters,
    blockInfo: blockInfoFor(order.isBlockHosting, order.sizeGib),
    storedMount: mountFor(name, await storageNamesOf(tx, clusterId)),
    pendingId: operationId,
  };
  return { volume, bricks };
}

function intentOf(booked: BookedVolume): Intent {
  return { actions: actionsOf(booked), plan: {}, lane: booked.volume.clusterId };
}

/** In gluster's order of the bricks. */
export function actionsOf({ volume, bricks }: BookedVolume): readonly Action[] {
  return [
    ...bricks.map((brick) => ({ change: 'add-brick' as const, id: brick.id, delta: null })),
    { change: 'add-volume', id: volume.id, delta: null },
  ];
}

/** Its bricks, then the volume, which is started. */
export async function makeNewVolume(work: VolumeWork, context: OperationContext): Promise<void> {
  await createBricks(work, context);
  await makeVolume(work, context);
}

async function makeVolume({ volume, bricks }: VolumeWork, context: OperationContext): Promise<void> {
  const [maker] = spreadOver(bricks, volume.id);
  if (!maker) throw new Error(`volume ${volume.id} has no bricks`);
  const isArbiter = readPlacementOptions(volume.options ?? [], { averageFileKib: 0 }).arbiter;
  await context.work.onVolume(volume.clusterId, volume.name, context.hosts, (hosts) =>
    createGlusterVolume(hosts, maker.manageName, {
      name: volume.name,
      volumeId: volume.id,
      durability: volume.durability,
      isArbiter,
      bricks: bricks.map(({ brick, storageName }) => ({ host: storageName, path: brick.path })),
      options: volume.options ?? [],
    }),
  );
}

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
