import { type Brick, brickLvName, brickPath, brickThinPoolName } from '../domain/brick.js';
import type { Id } from '../domain/ids.js';
import { manageName, storageName } from '../domain/node.js';
import type { ChangeType, PendingOperation } from '../domain/pending-operation.js';
import type { Volume } from '../domain/volume.js';
import { createBrick, destroyBrick } from '../executors/commands/brick.js';
import type { GlusterVolume } from '../executors/commands/gluster-volume.js';
import type { Tx } from '../store/store.js';
import { byId, manageNamesOf } from './cluster-hosts.js';
import { allSettledOrThrow } from './host-work.js';
import type { OperationContext } from './operation.js';

/** A brick with the names by which its node is reached and known to gluster. */
export interface HostedBrick {
  readonly brick: Brick;
  readonly manageName: string;
  readonly storageName: string;
}

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
  tx: Tx,
  operation: PendingOperation,
  change: ChangeType,
  clusterId: Id,
): Promise<readonly HostedBrick[] | null> {
  const nodes = byId(await tx.nodes.listByCluster(clusterId));
  const hosted: HostedBrick[] = [];
  for (const action of operation.actions) {
    if (action.change !== change) continue;
    const brick = await tx.bricks.find(action.id);
    const node = brick && (nodes.get(brick.nodeId) ?? (await tx.nodes.find(brick.nodeId)));
    if (!brick || !node) return null;
    hosted.push({ brick, manageName: manageName(node), storageName: storageName(node) });
  }
  return hosted;
}

export async function volumeWork(
  tx: Tx,
  operation: PendingOperation,
  volume: Volume,
  change: ChangeType,
): Promise<VolumeWork | null> {
  const bricks = await hostedBricks(tx, operation, change, volume.clusterId);
  if (!bricks) return null;
  return { operationId: operation.id, volume, bricks, hosts: await manageNamesOf(tx, volume.clusterId) };
}

/** Makes all bricks, in parallel over hosts; waits for every one before it reports a failure. */
export async function createBricks(work: VolumeWork, context: OperationContext): Promise<void> {
  await allSettledOrThrow(
    work.bricks.map(({ brick, manageName: host }) =>
      context.work.onHost(host, () => {
        if (brick.subType === 'unknown') throw new Error(`brick ${brick.id} has no sub type and can't be created`);
        return createBrick(context.hosts, host, {
          deviceId: brick.deviceId,
          brickId: brick.id,
          path: brick.path,
          lv: brickLvName(brick),
          thinPool: brickThinPoolName(brick),
          sizeKib: brick.sizeKib,
          thinPoolKib: brick.thinPoolKib,
          poolMetadataKib: brick.poolMetadataKib,
          subType: brick.subType,
          gid: work.volume.gid,
        });
      }),
    ),
  );
}

/** What became of the bricks of a removal. */
export interface Destroyed {
  readonly gone: readonly { readonly id: Id; readonly poolRemoved: boolean }[];
  /** Bricks whose hosts failed or could not be reached, with the first reason. */
  readonly left: readonly Id[];
  readonly failure: unknown;
}

/** Removes bricks from their hosts; those that can't be removed now are named, not thrown. */
export async function destroyBricks(bricks: readonly HostedBrick[], context: OperationContext): Promise<Destroyed> {
  const settled = await Promise.allSettled(
    bricks.map(({ brick, manageName: host }) =>
      context.work.onHost(host, () =>
        destroyBrick(context.hosts, host, {
          deviceId: brick.deviceId,
          brickId: brick.id,
          // Broken imported bricks may have no path; theirs would have been this one.
          path: brick.path || brickPath(brick.deviceId, brick.id),
          lv: brickLvName(brick),
          thinPool: brickThinPoolName(brick),
        }),
      ),
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

/** Removes bricks that were just planned or made; all of them must go. */
export async function destroyNewBricks(bricks: readonly HostedBrick[], context: OperationContext): Promise<void> {
  const { left, failure } = await destroyBricks(bricks, context);
  if (left.length > 0) throw failure;
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
