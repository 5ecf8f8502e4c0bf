import type { Brick } from '../../domain/brick.js';
import { DomainError } from '../../domain/errors.js';
import type { Id } from '../../domain/ids.js';
import type { Action } from '../../domain/pending-operation.js';
import type { Volume } from '../../domain/volume.js';
import type { Tx } from '../../store/store.js';
import { ALL_UNDONE, type ImportedKind, NOTHING_LEFT, type OperationContext } from '../engine/operation.js';
import { dropActions } from '../engine/transitions.js';
import { manageNamesOf } from '../hosts/cluster-hosts.js';
import { type FoundVolume, findVolume } from '../volumes/find-volume.js';
import type { HostedBrick } from '../volumes/hosted-brick.js';
import { giveBackSpace } from '../volumes/space.js';
import { unhealedReason } from '../volumes/unhealed.js';
import { type Destroyed, destroyBricks, glusterName, hostedBricks, soughtVolume } from '../volumes/volume-bricks.js';

interface BrickEvictWork {
  readonly operationId: Id;
  readonly volume: Volume;
  readonly old: HostedBrick;
  /** Null before it was chosen, and again once only the old brick is left to be removed. */
  readonly replacement: HostedBrick | null;
  /** The device removal that this is a part of. */
  readonly parentId: Id | null;
  readonly hosts: readonly string[];
}

/** A brick gives its place to another. Which of the two is in use, gluster's list of bricks decides. */
export const brickEvict: ImportedKind<BrickEvictWork, Destroyed> = {
  type: 'evict-brick',

  async load(tx, operation) {
    const idOf = (wanted: string) => operation.actions.find(({ change }) => change === wanted)?.id;
    const volumeId = (await tx.bricks.find(idOf('delete-brick') ?? ''))?.volumeId;
    const volume = volumeId ? await tx.volumes.find(volumeId) : null;
    if (!volume) return null;
    const [old] = (await hostedBricks(tx, operation, 'delete-brick', volume.clusterId)) ?? [];
    const added = await hostedBricks(tx, operation, 'add-brick', volume.clusterId);
    if (!old || !added) return null;
    return {
      operationId: operation.id,
      volume,
      old,
      replacement: added[0] ?? null,
      parentId: idOf('parent-operation') ?? null,
      hosts: await manageNamesOf(tx, volume.clusterId),
    };
  },

  lane: ({ volume }) => volume.clusterId,

  /** replace-brick may have been sent to any host of the cluster. */
  leftovers: ({ hosts, volume, old, replacement }) => ({
    mustEnd: hosts,
    mayStay: [],
    volumes: [soughtVolume(volume, replacement ? [old, replacement] : [old])],
  }),

  async finalize(tx, work, { gone, left, failure }) {
    const { old, replacement } = work;
    if (gone.length > 0) {
      await giveBackSpace(tx, gone[0]?.poolRemoved ? [old.brick] : []);
      await removeBrick(tx, old.brick);
    }
    if (replacement) {
      const now = await tx.bricks.find(replacement.brick.id);
      if (now) await tx.bricks.update({ ...now, pendingId: null });
      // The original adds it to its volume and device only at the end, which it did not reach.
      await tx.linkFaults.deleteByObject(replacement.brick.id);
    }
    await endPartOfRemoval(tx, work);
    const remaining = left.map((id): Action => ({ change: 'delete-brick', id, delta: null }));
    return { location: null, remaining, failure };
  },

  async direction(work, context) {
    const { volume, old, replacement } = work;
    const served = new Set((await findEvicting(work, context)).bricks.map(({ name }) => name));
    if (replacement && served.has(glusterName(replacement))) return 'forward';
    if (served.has(glusterName(old))) return 'back';
    if (!replacement) return 'forward'; // it was replaced, and its host could not be reached then
    throw new DomainError(
      'failed',
      `gluster's volume ${volume.name} has neither brick ${glusterName(old)} nor ${glusterName(replacement)}; nothing is removed before somebody has looked at it`,
    );
  },

  /** The replacement is in use: only the old brick is left to be removed, once the volume does not need it. */
  async finish(work, context) {
    const { old, volume } = work;
    const unhealed = await unhealedReason(volume, await findEvicting(work, context), context);
    if (unhealed === null) return destroyBricks([old], context);
    const failure = new DomainError(
      'failed',
      `brick ${glusterName(old)}, which was replaced in volume ${volume.name}, is not removed yet: ${unhealed}`,
    );
    return { gone: [], left: [old.brick.id], failure };
  },

  async undo({ replacement }, context) {
    const { left, failure } = await destroyBricks(replacement ? [replacement] : [], context);
    if (left.length > 0) throw failure;
    return ALL_UNDONE;
  },

  async retract(tx, work) {
    const { old, replacement } = work;
    if (replacement) {
      await giveBackSpace(tx, [replacement.brick]);
      await removeBrick(tx, replacement.brick);
    }
    const now = await tx.bricks.find(old.brick.id);
    if (now) await tx.bricks.update({ ...now, pendingId: null });
    await endPartOfRemoval(tx, work);
    return NOTHING_LEFT;
  },
};

async function findEvicting(work: BrickEvictWork, context: OperationContext): Promise<FoundVolume> {
  const { volume, old, replacement } = work;
  const found = await findVolume(
    soughtVolume(volume, replacement ? [old, replacement] : [old]),
    context,
    ({ bricks }) => replacement !== null && bricks.some(({ name }) => name === glusterName(replacement)),
  );
  if (!found) throw new DomainError('failed', `gluster has no volume ${volume.name}, whose brick was to be replaced`);
  return found;
}

async function removeBrick(tx: Tx, brick: Brick): Promise<void> {
  await tx.bricks.delete([brick.id]);
  await tx.linkFaults.deleteByObject(brick.id);
}

/** A removal that died with its server is given up with its last part: its device stays offline. */
async function endPartOfRemoval(tx: Tx, { operationId, parentId }: BrickEvictWork): Promise<void> {
  const parent = parentId === null ? null : await tx.operations.find(parentId);
  if (!parent) return;
  const isGivenUp = parent.status !== '';
  await dropActions(
    tx,
    parent.id,
    ({ change, id }) => isGivenUp || (change === 'child-operation' && id === operationId),
  );
}
