import type { Brick } from '../../domain/brick.js';
import { counted } from '../../domain/counted.js';
import { replicaCount } from '../../domain/durability.js';
import { DomainError } from '../../domain/errors.js';
import type { Id } from '../../domain/ids.js';
import type { Action } from '../../domain/pending-operation.js';
import type { Volume } from '../../domain/volume.js';
import { replaceBrick } from '../../executors/commands/gluster/gluster-volume.js';
import { CommandError, TransportError } from '../../executors/executor.js';
import type { Tx } from '../../store/store.js';
import { ALL_UNDONE, type Attempt, type OperationContext, type OperationKind } from '../engine/operation.js';
import { NotYet } from '../engine/schedule.js';
import { dropActions } from '../engine/transitions/ends.js';
import { manageNamesOf, onAnyHost } from '../hosts/cluster-hosts.js';
import { isBeingLost } from '../hosts/lost-node.js';
import { findBrickSet } from './brick-set.js';
import { logNoPlacement, refuseLongNames } from './choose-placement.js';
import { chooseReplacement, type Eviction, evictable, lookAtSet } from './evictable-brick.js';
import { type FoundVolume, findVolume } from './find-volume.js';
import type { EvictionPlan } from './healing-set.js';
import type { HostedBrick } from './hosted-brick.js';
import { refuseNeededNow } from './needed-brick.js';
import { plannedBrick } from './placement.js';
import { snapshotOf } from './placement-snapshot.js';
import { giveBackSpace, takeSpace } from './space.js';
import { emptiedReason, oldContents, type SetNames, setsOf } from './unfilled.js';
import { findUnhealed, type Unhealed } from './unhealed.js';
import {
  createBricks,
  type Destroyed,
  destroyBricks,
  glusterName,
  hostedBricks,
  retractBricks,
  soughtVolume,
  undoBricks,
} from './volume-bricks.js';

/** Between two looks whether the new brick is healed. */
const HEAL_PAUSE_MS = 30_000;

interface BrickEvictWork {
  readonly operationId: Id;
  readonly clusterId: Id;
  /** Null when it was deleted while its old brick waited to be removed. */
  readonly volume: Volume | null;
  readonly old: HostedBrick;
  /** Null once only the old brick is left to be removed, and in a record of the original that had chosen none yet. */
  readonly replacement: HostedBrick | null;
  /** Null in records of the original. */
  readonly plan: EvictionPlan | null;
  /** The device removal of the original that this is a part of. */
  readonly parentId: Id | null;
  readonly hosts: readonly string[];
  /** Of all the volume's bricks: their nodes know it. */
  readonly nodeIds: readonly Id[];
  /** The old brick's node never returns: it is not asked for anything, and the brick is forgotten together with it. */
  readonly isOldLost: boolean;
}

/**
 * A brick gives its place to another: that is made, gluster puts it into the old one's place and fills it, and when
 * nothing waits to be healed any more the old one is removed. Which of the two is in use, gluster's list of bricks
 * decides. Its client is answered when the new one has taken the place; the old one's removal goes on by itself.
 */
export const brickEvict: OperationKind<Eviction, BrickEvictWork, Destroyed> = {
  type: 'evict-brick',
  isCounted: true,

  approach: lookAtSet,

  async check(tx, { brickId }) {
    await evictable(tx, brickId);
  },

  async build(tx, operationId, request, context) {
    const { volume, old } = await evictable(tx, request.brickId);
    const snapshot = await snapshotOf(tx, volume.clusterId, context.health, context.settings.reserveSpareMetadata);
    const placed = chooseReplacement(snapshot, volume, old.brick, request, context.settings);
    const replacement = plannedBrick(placed, volume.id, operationId);
    await refuseLongNames(tx, volume.name, [replacement], context.settings);
    await takeSpace(tx, [replacement]);
    await tx.bricks.insert([replacement]);
    await tx.bricks.update({ ...old.brick, pendingId: operationId });
    return {
      actions: [
        { change: 'delete-brick', id: old.brick.id, delta: null },
        { change: 'add-brick', id: replacement.id, delta: null },
      ],
      plan: { volumeId: volume.id, mustBeHealed: request.mustBeHealed } satisfies EvictionPlan,
      lane: volume.clusterId,
    };
  },

  explainRefusal: logNoPlacement,

  retries: ({ settings }) => settings.volumeCreateRetries,

  async load(tx, operation) {
    const plan = operation.plan as EvictionPlan | null;
    const idOf = (wanted: string) => operation.actions.find(({ change }) => change === wanted)?.id;
    const row = await tx.bricks.find(idOf('delete-brick') ?? '');
    const volume = row && (await tx.volumes.find(plan?.volumeId ?? row.volumeId));
    const clusterId = volume?.clusterId ?? (await tx.nodes.find(row?.nodeId ?? ''))?.clusterId;
    if (!clusterId || (!volume && !plan)) return null;
    const [old] = (await hostedBricks(tx, operation, 'delete-brick', clusterId)) ?? [];
    const added = await hostedBricks(tx, operation, 'add-brick', clusterId);
    if (!old || !added) return null;
    const isOldLost = await isBeingLost(tx, old.brick.nodeId);
    return {
      operationId: operation.id,
      clusterId,
      volume,
      old,
      replacement: added[0] ?? null,
      plan,
      parentId: idOf('parent-operation') ?? null,
      hosts: (await manageNamesOf(tx, clusterId)).filter((host) => !(isOldLost && host === old.manageName)),
      isOldLost,
      nodeIds: [old.brick, ...(volume ? await tx.bricks.listByVolume(volume.id) : [])].map(({ nodeId }) => nodeId),
    };
  },

  lane: ({ clusterId }) => clusterId,

  async exec(work, context, attempt) {
    const { operationId, replacement, hosts } = work;
    const volume = volumeOf(work);
    if (!replacement) throw new Error(`eviction ${operationId} has no replacement`);
    await createBricks({ operationId, volume, bricks: [replacement], hosts }, context);
    const notes = await giveOver(volume, work, replacement, context, attempt);
    return removeOld({ ...work, plan: work.plan && { ...work.plan, ...notes } }, context, attempt);
  },

  async finalize(tx, work, { gone, left, failure }) {
    const { operationId, old, replacement, plan } = work;
    if (gone.length > 0) {
      await giveBackSpace(tx, gone[0]?.poolRemoved ? [old.brick] : []);
      await removeBrick(tx, old.brick);
    }
    // From now on it belongs to no volume, but for its record.
    else if (plan) await tx.bricks.park(old.brick.id, operationId);
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

  /** The original does not tell where it sent replace-brick. */
  leftovers: ({ hosts, volume, old, replacement, plan, nodeIds, isOldLost }) => ({
    mustEnd: replacement ? sentTo(plan, hosts) : [],
    mayStay: [...(isOldLost ? [] : [old.manageName]), ...(replacement ? [replacement.manageName] : [])],
    volumes: volume ? [{ ...soughtVolume(volume, []), nodeIds }] : [],
  }),

  async direction(work, context) {
    const { volume, old, replacement, plan } = work;
    if (!volume) return 'forward';
    const found = await findEvicting(volume, work, context);
    const served = new Set(found?.bricks.map(({ name }) => name));
    if (replacement && served.has(glusterName(replacement))) return 'forward';
    // Without a replacement it was replaced before, unless it is the original's and none was chosen.
    if (!found || served.has(glusterName(old))) return replacement || !plan ? 'back' : 'forward';
    if (!replacement) return 'forward';
    throw new DomainError(
      'failed',
      `gluster's volume ${volume.name} has neither brick ${glusterName(old)} nor ${glusterName(replacement)}; nothing is removed before somebody has looked at it`,
    );
  },

  /** The replacement is in use: only the old brick is left to be removed. */
  finish: removeOld,

  async undo({ replacement }, context, attempt) {
    return replacement ? undoBricks([replacement], context, attempt) : ALL_UNDONE;
  },

  async retract(tx, work, undone) {
    const { old, replacement, clusterId } = work;
    const parked = replacement ? await retractBricks(tx, [replacement], clusterId, undone) : null;
    if (replacement) await tx.linkFaults.deleteByObject(replacement.brick.id);
    const now = await tx.bricks.find(old.brick.id);
    if (now) await tx.bricks.update({ ...now, pendingId: null });
    await endPartOfRemoval(tx, work);
    return { parked };
  },
};

/** The set must do without the old brick at the moment at which it is taken away. Answers what it has noted. */
function giveOver(
  volume: Volume,
  { old, plan, hosts: names }: BrickEvictWork,
  to: HostedBrick,
  context: OperationContext,
  { note }: Attempt,
) {
  return context.work.onVolume(volume.clusterId, volume.name, context.hosts, async (hosts) => {
    const set = await findBrickSet(volume, old, context);
    const wasDown = !(await refuseNeededNow(volume, set, context, plan?.mustBeHealed ?? true));
    const notes = { setIndex: set.index, newBrick: glusterName(to), wasDown };
    const address = ({ storageName, brick }: HostedBrick) => ({ host: storageName, path: brick.path });
    await onAnyHost(
      names,
      context.health,
      async (host) => {
        await note({ sentTo: host, ...notes });
        await replaceBrick(hosts, host, volume.name, address(old), address(to));
      },
      set.volume.seenFrom,
    );
    return notes;
  });
}

/** Destroys the old brick once the volume has all data without it; until then it is left, whatever keeps one from knowing. */
async function removeOld(work: BrickEvictWork, context: OperationContext, attempt: Attempt): Promise<Destroyed> {
  const { old, plan, isOldLost } = work;
  const left = (failure: Error): Destroyed => ({ gone: [], left: [old.brick.id], failure });
  // Known before: gluster is not asked again and again while the node waits for its other bricks.
  if (isOldLost && plan?.isOldUnneeded) return left(goesWithItsNode(old));
  try {
    const { unhealed, unknown } = await findNeed(work, context);
    if (unhealed !== null) {
      const { entriesLeft } = unhealed;
      if (plan && plan.entriesLeft !== entriesLeft) await attempt.note({ entriesLeft } satisfies Partial<EvictionPlan>);
      throw new NotYet(stays(work, unhealed.reason), HEAL_PAUSE_MS);
    }
    if (plan)
      await attempt.note({
        isOldUnneeded: true,
        ...(unknown ? {} : { isOldKnown: true }),
      } satisfies Partial<EvictionPlan>);
    if (unknown) return left(unknown);
  } catch (failure) {
    if (isAnswer(failure)) return left(failure);
    throw failure;
  }
  return isOldLost ? left(goesWithItsNode(old)) : destroyBricks([old], context, attempt);
}

/** Why an old brick must stay. */
interface Need {
  /** What its set may lack without it, or null; where it is not known which set that is, the whole volume. */
  readonly unhealed: Unhealed | null;
  /** Why nobody could tell just now what the brick has that no other one has; null: it was looked at. */
  readonly unknown: Error | null;
}

async function findNeed(work: BrickEvictWork, context: OperationContext): Promise<Need> {
  const { old, volume, plan, isOldLost } = work;
  if (!volume) return { unhealed: null, unknown: null };
  const found = await findEvicting(volume, work, context);
  if (!found) return needed('gluster has no such volume');
  const own = setsOf(found).find((names) => names.includes(plan?.newBrick ?? ''));
  const unhealed = await findUnhealed(volume, own ? withBricks(found, own) : found, context);
  if (isOldLost) return { unhealed, unknown: null };
  const { contents, unknown } = await lookAtOld(work, context);
  const mayHoldMore = plan?.wasDown === true && plan.mustBeHealed && mayBeAlone(volume);
  if (mayHoldMore && contents && contents.missedByOthers > 0) return needed(onlyCopies(contents.missedByOthers));
  const set = own ?? setsOf(found)[plan?.setIndex ?? -1];
  if (unhealed !== null || !set || !contents?.holdsFiles) return { unhealed, unknown };
  const unfilled = await emptiedReason(glusterName(old), set, context);
  return unfilled === null ? { unhealed, unknown } : needed(unfilled);
}

/** Its file system may be unmounted since it was known that nobody needs it: its removal was begun. */
async function lookAtOld({ old, plan }: BrickEvictWork, context: OperationContext) {
  try {
    const contents = await oldContents(old, context);
    const isKnown = contents !== null || plan === null || plan.isOldKnown === true;
    return { contents, unknown: isKnown ? null : notMounted(old) };
  } catch (error) {
    if (!isAnswer(error)) throw error;
    return { contents: null, unknown: error };
  }
}

function isAnswer(error: unknown): error is Error {
  return error instanceof TransportError || error instanceof CommandError || error instanceof DomainError;
}

function notMounted({ brick, manageName: host }: HostedBrick): DomainError {
  return new DomainError(
    'failed',
    `brick ${brick.id} was replaced; its file system is not mounted on ${host}, so that nobody can tell whether it has what no other brick has: mount ${brick.path.replace(/\/[^/]*$/, '')}, or give its device up`,
  );
}

function withBricks(volume: FoundVolume, names: SetNames): FoundVolume {
  return { ...volume, bricks: volume.bricks.filter(({ name }) => names.includes(name)) };
}

function needed(reason: string): Need {
  return { unhealed: { reason, entriesLeft: null }, unknown: null };
}

/** One brick of a set may take changes alone where two make a set: the other one does not know of them. */
function mayBeAlone({ durability }: Volume): boolean {
  return durability.type === 'replicate' && replicaCount(durability) === 2;
}

function onlyCopies(missed: number): string {
  return `it was down when it was replaced, and may hold the only copy of ${counted(missed, 'change')} (.glusterfs/indices/xattrop names the files). Copy what is needed into the volume, then delete what lies in that folder of the old brick`;
}

function stays({ old, volume }: BrickEvictWork, reason: string): string {
  return `brick ${glusterName(old)}, which was replaced in volume ${volume?.name}, is not removed yet: ${reason}`;
}

function goesWithItsNode({ brick, manageName: host }: HostedBrick): DomainError {
  return new DomainError(
    'failed',
    `brick ${brick.id} was replaced, and its volume is healed; it is forgotten together with its node ${brick.nodeId} (${host}), which is given up as lost`,
  );
}

function sentTo(plan: EvictionPlan | null, hosts: readonly string[]): readonly string[] {
  if (!plan) return hosts;
  return plan.sentTo === undefined ? [] : [plan.sentTo];
}

/** The volume, from a host that shows the replacement in it if there is one; null when gluster has none of its name. */
async function findEvicting(
  volume: Volume,
  { replacement, nodeIds }: BrickEvictWork,
  context: OperationContext,
): Promise<FoundVolume | null> {
  return findVolume(
    { ...soughtVolume(volume, []), nodeIds },
    context,
    ({ bricks }) => replacement !== null && bricks.some(({ name }) => name === glusterName(replacement)),
  );
}

function volumeOf({ volume, operationId }: BrickEvictWork): Volume {
  if (volume) return volume;
  throw new Error(`the volume of eviction ${operationId} is gone`);
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
