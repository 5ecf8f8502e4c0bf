import { type Brick, brickLvName, brickThinPoolName, pathOfBrick } from '../../domain/brick.js';
import { DomainError } from '../../domain/errors.js';
import type { Id } from '../../domain/ids.js';
import { manageName, type Node, storageName } from '../../domain/node.js';
import type { ChangeType, PendingOperation } from '../../domain/pending-operation.js';
import type { Volume } from '../../domain/volume.js';
import { type BrickSpec, createBrick, destroyBrick } from '../../executors/commands/brick/brick.js';
import { type Claims, ClaimsUnknown } from '../../executors/commands/brick/brick-claims.js';
import type { GlusterVolume } from '../../executors/commands/gluster/gluster-volume.js';
import { CommandError, TransportError } from '../../executors/executor.js';
import type { ReadTx, Tx } from '../../store/store.js';
import { type FailedAttempt, NeverBegun, type OperationContext, type Undone } from '../engine/operation.js';
import type { SoughtVolume } from '../engine/sought-volume.js';
import { byId, manageNamesOf } from '../hosts/cluster-hosts.js';
import { allSettledOrThrow } from '../hosts/host-work.js';
import type { HostedBrick } from './hosted-brick.js';
import { forgetBricks, parkBricks } from './parked-bricks.js';
import { type KnownUsers, refusedBricks } from './served-bricks.js';

/** A volume, some of its bricks in gluster order, and where gluster commands for it may run. */
export interface VolumeWork {
  readonly operationId: Id;
  readonly volume: Volume;
  readonly bricks: readonly HostedBrick[];
  /** Manage names of the cluster's nodes. */
  readonly hosts: readonly string[];
}

/** Reads the bricks that an operation's actions of one kind name, in the actions' order; null when one is missing. */
export async function hostedBricks(
  tx: ReadTx,
  operation: PendingOperation,
  change: ChangeType,
  clusterId: Id,
): Promise<readonly HostedBrick[] | null> {
  const nodes = byId(await tx.nodes.listByCluster(clusterId));
  const hosted: HostedBrick[] = [];
  for (const action of operation.actions) {
    if (action.change !== change) continue;
    const brick = await tx.bricks.find(action.id);
    const one = brick && (await hostedBrick(tx, brick, nodes));
    if (!one) return null;
    hosted.push(one);
  }
  return hosted;
}

/** Null when its node is not known. `nodes`: where to look first. */
export async function hostedBrick(
  tx: ReadTx,
  brick: Brick,
  nodes: ReadonlyMap<Id, Node> = new Map(),
): Promise<HostedBrick | null> {
  const node = nodes.get(brick.nodeId) ?? (await tx.nodes.find(brick.nodeId));
  return node && { brick, manageName: manageName(node), storageName: storageName(node) };
}

export async function volumeWork(
  tx: ReadTx,
  operation: PendingOperation,
  volume: Volume,
  change: ChangeType,
): Promise<VolumeWork | null> {
  const bricks = await hostedBricks(tx, operation, change, volume.clusterId);
  if (!bricks) return null;
  return { operationId: operation.id, volume, bricks, hosts: await manageNamesOf(tx, volume.clusterId) };
}

/**
 * Makes all bricks, in parallel over hosts. After a failure (NeverBegun) no further one is begun, and nothing runs any
 * more.
 */
export async function createBricks(work: VolumeWork, context: OperationContext): Promise<void> {
  const neverBegun = new Set<Id>();
  let hasFailed = false;
  const make = async ({ brick, manageName: host }: HostedBrick): Promise<void> => {
    if (hasFailed) {
      neverBegun.add(brick.id);
      return;
    }
    try {
      await createOne(work, brick, host, context);
    } catch (error) {
      hasFailed = true;
      if (error instanceof TransportError && !error.mayHaveRun) {
        neverBegun.add(brick.id);
        context.health.reportDown(host);
      }
      throw error;
    }
  };
  try {
    await allSettledOrThrow(
      work.bricks.map((hosted) => context.work.onHost(hosted.manageName, hosted.brick.deviceId, () => make(hosted))),
    );
  } catch (error) {
    throw new NeverBegun(error, neverBegun);
  }
}

async function createOne(work: VolumeWork, brick: Brick, host: string, context: OperationContext): Promise<void> {
  await createBrick(context.hosts, host, brickSpec(brick, work.volume));
}

/** What a host is told of a brick that is to be made. */
export function brickSpec(brick: Brick, { gid }: Volume): BrickSpec {
  if (brick.subType === 'unknown') throw new Error(`brick ${brick.id} has no sub type and can't be made`);
  return {
    deviceId: brick.deviceId,
    brickId: brick.id,
    path: brick.path,
    lv: brickLvName(brick),
    thinPool: brickThinPoolName(brick),
    sizeKib: brick.sizeKib,
    thinPoolKib: brick.thinPoolKib,
    poolMetadataKib: brick.poolMetadataKib,
    subType: brick.subType,
    gid,
  };
}

/** What became of the bricks of a removal. */
export interface Destroyed {
  readonly gone: readonly { readonly id: Id; readonly poolRemoved: boolean }[];
  /** Bricks whose hosts failed or could not be reached, with the first reason. */
  readonly left: readonly Id[];
  readonly failure: unknown;
}

export interface DestroyOptions extends KnownUsers {
  /** Hosts on which something that makes or removes bricks may run still, and why they can't be asked. */
  readonly unsettledHosts?: ReadonlyMap<string, TransportError>;
}

/**
 * Removes bricks from their hosts; those that can't be removed now are named, not thrown. So are those that a volume
 * of gluster's uses, which is asked for here, unless the caller has just done it or their hosts can tell with a witness,
 * and those on unsettled hosts: what is not there yet is not gone.
 */
export async function destroyBricks(
  bricks: readonly HostedBrick[],
  context: OperationContext,
  { unsettledHosts = new Map(), ...known }: DestroyOptions = {},
): Promise<Destroyed> {
  const settledBricks = bricks.filter(({ manageName: host }) => !unsettledHosts.has(host));
  let looking: ReturnType<typeof refusedBricks> | null = null;
  const look = () => {
    looking ??= refusedBricks(settledBricks, context, known);
    return looking;
  };
  if (!known.witnesses) await look();
  const settled = await Promise.allSettled(
    bricks.map((hosted) =>
      context.work.onHost(hosted.manageName, hosted.brick.deviceId, async () => {
        const unsettled = unsettledHosts.get(hosted.manageName);
        if (unsettled) throw unsettled;
        const doomed = known.doomed?.name ?? '';
        const witness = known.witnesses?.get(hosted.brick.id);
        const removed = witness ? await destroyIfTold(hosted, context, { doomed, witness }) : null;
        if (removed) return removed;
        const refusal = (await look()).get(hosted.brick.id);
        if (refusal) throw refusal;
        return destroyTwice(hosted, context, { doomed });
      }),
    ),
  );
  const gone: { id: Id; poolRemoved: boolean }[] = [];
  const left: Id[] = [];
  let failure: unknown = null;
  settled.forEach((result, i) => {
    const hosted = bricks[i];
    if (!hosted) return;
    if (result.status === 'fulfilled') {
      gone.push({ id: hosted.brick.id, poolRemoved: result.value.poolRemoved });
      return;
    }
    left.push(hosted.brick.id);
    failure ??= result.reason;
    context.log.warn(
      { brick: hosted.brick.id, host: hosted.manageName, err: result.reason as unknown },
      'brick could not be removed',
    );
  });
  return { gone, left, failure };
}

/** Null, and nothing is removed, when the host can't tell who uses the brick. */
async function destroyIfTold(hosted: HostedBrick, context: OperationContext, claims: Claims) {
  const { glusterdFiles } = context.work;
  try {
    const removed = await destroyTwice(hosted, context, claims);
    glusterdFiles.told(hosted.manageName);
    return removed;
  } catch (error) {
    if (!(error instanceof ClaimsUnknown)) throw error;
    glusterdFiles.didNotTell(hosted.manageName);
    return null;
  }
}

async function destroyTwice(hosted: HostedBrick, context: OperationContext, claims: Claims) {
  try {
    return await destroyOne(hosted, context, claims);
  } catch (error) {
    // What keeps a mount or a volume busy is often gone a moment later, and every step may be taken again.
    if (error instanceof CommandError) return destroyOne(hosted, context, claims);
    throw error;
  }
}

function destroyOne({ brick, manageName: host }: HostedBrick, context: OperationContext, claims: Claims) {
  const place = {
    deviceId: brick.deviceId,
    brickId: brick.id,
    path: pathOfBrick(brick),
    lv: brickLvName(brick),
    thinPool: brickThinPoolName(brick),
    poolMetadataKib: brick.poolMetadataKib,
  };
  return destroyBrick(context.hosts, host, place, claims);
}

/** Removes bricks that were planned or made by an operation that failed. */
export async function undoBricks(
  bricks: readonly HostedBrick[],
  context: OperationContext,
  { neverBegun, unsettledHosts }: FailedAttempt,
): Promise<Undone> {
  const begun = bricks.filter(({ brick }) => !neverBegun.has(brick.id));
  const { left, failure } = await destroyBricks(begun, context, { unsettledHosts });
  return { left, failure };
}

/** After the undo of a create or an expansion: forgets the bricks that are gone and parks those that are left. */
export async function retractBricks(
  tx: Tx,
  bricks: readonly HostedBrick[],
  clusterId: Id,
  { left }: Undone,
): Promise<Id | null> {
  const isLeft = new Set(left);
  await forgetBricks(
    tx,
    bricks.filter(({ brick }) => !isLeft.has(brick.id)),
  );
  return parkBricks(
    tx,
    bricks.filter(({ brick }) => isLeft.has(brick.id)),
    clusterId,
  );
}

/** Where to look for a volume whose bricks these are. */
export function soughtVolume({ id, clusterId, name }: Volume, bricks: readonly HostedBrick[]): SoughtVolume {
  return { id, clusterId, name, nodeIds: bricks.map(({ brick }) => brick.nodeId) };
}

/** A host said that the volume is gone, and another shows it with bricks that were to be removed. */
export function stillThere({ name }: Volume): DomainError {
  return new DomainError(
    'failed',
    `gluster's hosts disagree whether volume ${name} exists: its bricks were left alone; compare "gluster pool list" on all nodes`,
  );
}

/** gluster's name of a brick. */
export function glusterName(hosted: HostedBrick): string {
  return `${hosted.storageName}:${hosted.brick.path}`;
}

/** How many of these bricks gluster serves in the volume. */
export function countServed(volume: GlusterVolume | null, bricks: readonly HostedBrick[]): number {
  const served = new Set(volume?.bricks.map((brick) => brick.name));
  return bricks.filter((hosted) => served.has(glusterName(hosted))).length;
}
