import { pathOfBrick } from '../../domain/brick.js';
import { DATABASE_VOLUME_NAME } from '../../domain/database-volume.js';
import { DomainError, idNotFound } from '../../domain/errors.js';
import type { Id } from '../../domain/ids.js';
import type { Action } from '../../domain/pending-operation.js';
import type { Volume } from '../../domain/volume.js';
import { snapshotCount } from '../../executors/commands/gluster/gluster-snapshot.js';
import {
  deleteGlusterVolume,
  type GlusterVolume,
  isStarted,
  startVolume,
} from '../../executors/commands/gluster/gluster-volume.js';
import type { ReadTx } from '../../store/store.js';
import {
  ALL_UNDONE,
  type Attempt,
  NOTHING_LEFT,
  type OperationContext,
  type OperationKind,
} from '../engine/operation.js';
import { manageNamesOf, onAnyHost, spreadOver } from '../hosts/cluster-hosts.js';
import { blocksOnBricks } from './block-files.js';
import { isStoppedByUs, type StopNote, type UnusedVolume } from './delete-unused.js';
import { type FoundVolume, findVolume } from './find-volume.js';
import type { HostedBrick } from './hosted-brick.js';
import { byHope, forgetBricks } from './parked-bricks.js';
import { type KnownUsers, refusedBricks, witnessesOf } from './served-bricks.js';
import { giveBackSpace } from './space.js';
import { countServed, type Destroyed, destroyBricks, hostedBricks, soughtVolume, stillThere } from './volume-bricks.js';
import { ChangeInProgress, changeBeforeDelete } from './volume-in-change.js';

/** The volume is null once gluster has deleted it and only bricks on unreachable hosts are left. */
interface DeleteWork extends Omit<UnusedVolume, 'volume'> {
  readonly volume: Volume | null;
  readonly clusterId: Id;
}

interface DeletePlan extends Partial<StopNote> {
  readonly clusterId?: Id;
}

export const volumeDelete: OperationKind<Id, DeleteWork, Destroyed> = {
  type: 'delete-volume',
  isCounted: true,

  check: checkVolumeDelete,

  async build(tx, operationId, id) {
    const volume = await tx.volumes.find(id);
    if (!volume) throw idNotFound();
    const bricks = await tx.bricks.listByVolume(id);
    const busyWith = await changeBeforeDelete(tx, id);
    if (busyWith) {
      throw new ChangeInProgress(
        'failed',
        'Failed to set up volume delete: The target exists, contains other items, or is in use.',
        busyWith,
      );
    }
    await tx.volumes.update({ ...volume, pendingId: operationId });
    for (const brick of bricks) await tx.bricks.update({ ...brick, pendingId: operationId });
    return {
      actions: [
        ...bricks.map((brick) => ({ change: 'delete-brick' as const, id: brick.id, delta: null })),
        { change: 'delete-volume' as const, id, delta: null },
      ],
      plan: { clusterId: volume.clusterId } satisfies DeletePlan,
      lane: volume.clusterId,
    };
  },

  async load(tx, operation) {
    const id = operation.actions.find((action) => action.change === 'delete-volume')?.id;
    const volume = id ? await tx.volumes.find(id) : null;
    if (id && !volume) return null;
    const planned = operation.plan as DeletePlan | null;
    const clusterId = volume?.clusterId ?? planned?.clusterId ?? '';
    const bricks = await hostedBricks(tx, operation, 'delete-brick', clusterId);
    const hosts = await manageNamesOf(tx, clusterId);
    const isStopped = isStoppedByUs(operation);
    return bricks && { operationId: operation.id, volume, clusterId, bricks, hosts, isStoppedByUs: isStopped };
  },

  lane: ({ clusterId }) => clusterId,

  exec: deleteWhatIsThere,

  async finalize(tx, { operationId, volume, bricks }, { gone, left, failure }) {
    const removed = new Map(gone.map(({ id, poolRemoved }) => [id, poolRemoved]));
    const isLeft = new Set(left);
    // Rows that are missing now were dropped with their device, which was given up meanwhile.
    const known = await existing(tx, bricks);
    const { waiting, lost } = await byHope(
      tx,
      known.filter(({ brick }) => isLeft.has(brick.id)),
    );
    await forgetBricks(tx, lost);
    const ofGone = known.map(({ brick }) => brick).filter((brick) => removed.has(brick.id));
    // A pool shared with clones stays, and so does its space, until the last of its volumes goes.
    await giveBackSpace(
      tx,
      ofGone.filter((brick) => removed.get(brick.id)),
    );
    await tx.bricks.delete(ofGone.map((brick) => brick.id));
    for (const { brick } of waiting) await tx.bricks.park(brick.id, operationId);
    if (volume) await tx.volumes.delete(volume.id);
    const remaining = waiting.map(({ brick }): Action => ({ change: 'delete-brick', id: brick.id, delta: null }));
    return { location: null, remaining, failure };
  },

  /** Going on with a delete does no harm to one that runs still; only the way back has to wait for its end. */
  leftovers({ volume, hosts, bricks }, after) {
    const ofBricks = bricks.map(({ manageName }) => manageName);
    if (after === 'crash' || !volume) return { mustEnd: [], mayStay: ofBricks };
    return { mustEnd: hosts, mayStay: ofBricks, volumes: [soughtVolume(volume, bricks)] };
  },

  async direction(work, context, { after }) {
    if (after === 'crash' || !work.volume) return 'forward';
    if (await isStillThere(work, context)) return 'back';
    return (await useByOthers(work, context)) ? 'back' : 'forward';
  },

  finish: deleteWhatIsThere,

  /** Only reached while gluster still has the volume: it is started again if this delete stopped it. */
  async undo(work, context) {
    const { volume } = work;
    if (!volume || !work.isStoppedByUs) return ALL_UNDONE;
    const found = await findServed(volume, work, context);
    if (found && !isStarted(found))
      await context.work.onVolume(volume.clusterId, volume.name, context.hosts, (hosts) =>
        onAnyHost(work.hosts, context.health, (host) => startVolume(hosts, host, volume.name), found.seenFrom),
      );
    return ALL_UNDONE;
  },

  async retract(tx, { volume, bricks }) {
    for (const { brick } of await existing(tx, bricks)) await tx.bricks.update({ ...brick, pendingId: null });
    const now = volume && (await tx.volumes.find(volume.id));
    if (now) await tx.volumes.update({ ...now, pendingId: null });
    return NOTHING_LEFT;
  },
};

/** Refusals that come before the in-flight limit. */
async function checkVolumeDelete(tx: ReadTx, id: Id): Promise<void> {
  const volume = await tx.volumes.find(id);
  if (!volume) throw idNotFound();
  if (volume.name === DATABASE_VOLUME_NAME) {
    throw new DomainError('conflict', `Cannot delete volume containing the Heketi database (${DATABASE_VOLUME_NAME})`);
  }
  if (volume.isBlockHosting && (await tx.blockVolumes.listByHostingVolume(id)).length > 0) {
    throw new DomainError(
      'conflict',
      'Cannot delete a block hosting volume containing block volumes; delete those first',
    );
  }
}

/** The volume, if gluster has it still, and then its bricks. */
async function deleteWhatIsThere(
  work: DeleteWork,
  context: OperationContext,
  { note, unsettledHosts }: Attempt,
): Promise<Destroyed> {
  const { volume } = work;
  if (!volume) return destroyBricks(work.bricks, context, { unsettledHosts });
  const found = await findVolume(soughtVolume(volume, work.bricks), context, (seen) => !isForeign(seen, work));
  const known = found ? await deleteFound(found, { ...work, volume }, context, note) : {};
  const use = found ? null : await useByOthers(work, context);
  if (use) throw use;
  return destroyBricks(work.bricks, context, { ...known, unsettledHosts });
}

/** Deletes the volume that gluster has, and answers what is known of other users of its bricks then. */
async function deleteFound(
  found: FoundVolume,
  work: DeleteWork & UnusedVolume,
  context: OperationContext,
  note: Attempt['note'],
): Promise<KnownUsers> {
  const { volume } = work;
  if (isForeign(found, work)) {
    throw new DomainError(
      'conflict',
      `gluster's volume ${volume.name} has none of the bricks this server knows; it was left alone. Compare it with the database before deleting either.`,
    );
  }
  // A delete that gluster refuses for its snapshots would leave the volume stopped.
  const snapshots = found.snapshotCount ?? (await countSnapshots(found, work, context));
  if (snapshots > 0) {
    throw new DomainError(
      'conflict',
      `Unable to delete volume ${volume.name} because it contains ${snapshots} snapshots; delete those first`,
    );
  }
  if (volume.isBlockHosting) await refuseBlocksOn(volume, work.bricks, context);
  // A process that dies between the stop and a refused delete leaves nothing else that tells who stopped it.
  if (isStarted(found) && !work.isStoppedByUs) await note({ isStoppedByUs: true } satisfies StopNote);
  // gluster gives no brick to two volumes. One that it does not have in this volume, it may have in another.
  const isWhole = countServed(found, work.bricks) === work.bricks.length;
  const witnesses = isWhole ? await witnessesOf(volume.id, work.bricks, context) : null;
  const asked = witnesses ? [] : work.bricks.map(({ brick }) => pathOfBrick(brick));
  const deleted = await context.work.onVolume(volume.clusterId, volume.name, context.hosts, (hosts) =>
    onAnyHost(
      spreadOver(work.hosts, volume.id),
      context.health,
      (host) => deleteGlusterVolume(hosts, host, volume.name, asked),
      found.seenFrom,
    ),
  );
  if (deleted.outcome === 'absent' && (await isStillThere(work, context))) throw stillThere(volume);
  if (witnesses && deleted.outcome === 'deleted') return { witnesses };
  return { users: deleted.users };
}

/** The store has none on it; somebody may have made some by hand. */
async function refuseBlocksOn(
  { name }: Volume,
  bricks: readonly HostedBrick[],
  context: OperationContext,
): Promise<void> {
  const blocks = await blocksOnBricks(bricks, context);
  if (blocks.length === 0) return;
  throw new DomainError(
    'conflict',
    `Cannot delete a block hosting volume containing block volumes: gluster-block has ${blocks.join(', ')} on ${name}, which this server does not know; delete those by hand first (gluster-block delete ${name}/${blocks[0]})`,
  );
}

/** As the rows are now: they were read before hosts worked, and others may have changed them since. */
async function existing(tx: ReadTx, bricks: readonly HostedBrick[]): Promise<readonly HostedBrick[]> {
  const found: HostedBrick[] = [];
  for (const hosted of bricks) {
    const brick = await tx.bricks.find(hosted.brick.id);
    if (brick) found.push({ ...hosted, brick });
  }
  return found;
}

/** A volume of that name that somebody made by hand must not be deleted in place of ours. */
function isForeign(found: GlusterVolume, { volume, bricks }: DeleteWork): boolean {
  if (countServed(found, bricks) > 0) return false;
  return !found.options.some((option) => option.name === 'user.heketi.id' && option.value === volume?.id);
}

async function isStillThere(work: DeleteWork, context: OperationContext): Promise<boolean> {
  const { volume } = work;
  if (!volume) return false;
  return countServed(await findServed(volume, work, context), work.bricks) > 0;
}

function findServed(volume: Volume, work: DeleteWork, context: OperationContext) {
  return findVolume(soughtVolume(volume, work.bricks), context, (seen) => countServed(seen, work.bricks) > 0);
}

function countSnapshots({ name, seenFrom }: FoundVolume, { hosts }: DeleteWork, context: OperationContext) {
  return onAnyHost(hosts, context.health, (host) => snapshotCount(context.hosts, host, name), seenFrom);
}

/** The volume was deleted by hand: its bricks may be in another one since, and then nothing of it is removed. */
async function useByOthers({ bricks }: DeleteWork, context: OperationContext): Promise<DomainError | null> {
  const refused = [...(await refusedBricks(bricks, context, {})).values()];
  return refused.find((error) => error instanceof DomainError) ?? null;
}
