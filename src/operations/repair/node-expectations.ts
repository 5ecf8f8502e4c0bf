import type { Brick } from '../../domain/brick.js';
import type { Id } from '../../domain/ids.js';
import { storageName } from '../../domain/node.js';
import type { Volume } from '../../domain/volume.js';
import { type BrickMount, brickMount } from '../../executors/commands/brick/brick-mount.js';
import type { ReadTx } from '../../store/store.js';

/** A settled brick, as its node should have it. */
export interface ExpectedBrick extends BrickMount {
  readonly id: Id;
  readonly nodeId: Id;
  /** gluster's name of it, `host:path`. */
  readonly glusterName: string;
}

/** A settled volume with its bricks on one node, and where its others are. */
export interface ExpectedVolume {
  readonly id: Id;
  readonly name: string;
  readonly clusterId: Id;
  readonly local: readonly ExpectedBrick[];
  readonly elsewhere: readonly ExpectedBrick[];
  /** Imported bricks without a path or a node: nobody knows where they belong. */
  readonly hasLostBricks: boolean;
}

export interface NodeExpectations {
  readonly volumes: readonly ExpectedVolume[];
  /** Volumes with bricks here that an operation is changing now; nothing is expected of them. */
  readonly busy: readonly { readonly id: Id; readonly name: string; readonly operationId: Id }[];
}

/** What the store says a node has: settled bricks of settled volumes only. */
export async function expectationsOf(tx: ReadTx, nodeId: Id): Promise<NodeExpectations> {
  const volumeIds = [...new Set((await tx.bricks.listByNode(nodeId)).map((brick) => brick.volumeId))].sort();
  const volumes: ExpectedVolume[] = [];
  const busy: { id: Id; name: string; operationId: Id }[] = [];
  for (const id of volumeIds) {
    const found = await expectedVolume(tx, id, nodeId);
    if (!found) continue;
    if ('operationId' in found) busy.push(found);
    else volumes.push(found);
  }
  return { volumes, busy };
}

/** Null when there is no such volume any more. */
export async function expectedVolume(
  tx: ReadTx,
  volumeId: Id,
  nodeId: Id,
): Promise<ExpectedVolume | { readonly id: Id; readonly name: string; readonly operationId: Id } | null> {
  const volume = await tx.volumes.find(volumeId);
  if (!volume) return null;
  const bricks = await tx.bricks.listByVolume(volumeId);
  const operationId = await changingOperation(tx, volume, bricks);
  if (operationId) return { id: volume.id, name: volume.name, operationId };
  const expected: ExpectedBrick[] = [];
  for (const brick of bricks) {
    const node = await tx.nodes.find(brick.nodeId);
    if (node && brick.path !== '') expected.push(expectedBrick(brick, storageName(node)));
  }
  return {
    id: volume.id,
    name: volume.name,
    clusterId: volume.clusterId,
    local: expected.filter((brick) => brick.nodeId === nodeId),
    elsewhere: expected.filter((brick) => brick.nodeId !== nodeId),
    hasLostBricks: expected.length < bricks.length,
  };
}

/** An operation on the volume, on one of its bricks, or on a device of theirs. */
async function changingOperation(tx: ReadTx, volume: Volume, bricks: readonly Brick[]): Promise<Id | null> {
  const pending = volume.pendingId ?? bricks.find((brick) => brick.pendingId)?.pendingId;
  if (pending) return pending;
  for (const objectId of [volume.id, ...new Set(bricks.map((brick) => brick.deviceId))]) {
    const [operation] = await tx.operations.listByObject(objectId);
    if (operation) return operation.id;
  }
  return null;
}

function expectedBrick(brick: Brick, host: string): ExpectedBrick {
  return { id: brick.id, nodeId: brick.nodeId, glusterName: `${host}:${brick.path}`, ...brickMount(brick) };
}
