import type { Brick } from '../../domain/brick.js';
import type { Id } from '../../domain/ids.js';
import type { Action, PendingOperation } from '../../domain/pending-operation.js';
import type { ReadTx, Tx } from '../../store/store.js';
import { dropActions, park } from '../engine/transitions/ends.js';
import { mayReturn } from '../hosts/lost-node.js';
import type { HostedBrick } from './hosted-brick.js';
import { giveBackSpace } from './space.js';

/**
 * Bricks of no volume any more, on hosts that could not be asked to remove them. They keep their rows and their space
 * under a record of their own, a delete-volume without a volume, which recovery finishes once the host is back. On a
 * node that was given up (state failed) for good there is nothing to wait for. Answers the record's id, or null for none.
 */
export async function parkBricks(tx: Tx, bricks: readonly HostedBrick[], clusterId: Id): Promise<Id | null> {
  const { waiting, lost } = await byHope(tx, bricks);
  await forgetBricks(tx, lost);
  if (waiting.length === 0) return null;
  const actions = waiting.map(({ brick }): Action => ({ change: 'delete-brick', id: brick.id, delta: null }));
  const { id } = await park(tx, 'delete-volume', actions, { clusterId });
  for (const { brick } of waiting) if (await tx.bricks.find(brick.id)) await tx.bricks.park(brick.id, id);
  return id;
}

/** Bricks that may still be removed one day, and those whose node was given up. */
export async function byHope(
  tx: Tx,
  bricks: readonly HostedBrick[],
): Promise<{ readonly waiting: readonly HostedBrick[]; readonly lost: readonly HostedBrick[] }> {
  const waiting: HostedBrick[] = [];
  const lost: HostedBrick[] = [];
  for (const hosted of bricks) {
    const node = await tx.nodes.find(hosted.brick.nodeId);
    const isGivenUp = node?.state === 'failed' && !(await mayReturn(tx, node.id));
    (isGivenUp ? lost : waiting).push(hosted);
  }
  return { waiting, lost };
}

/** Deletes the rows of bricks and gives their space back. */
export async function forgetBricks(tx: Tx, bricks: readonly HostedBrick[]): Promise<void> {
  await giveBackSpace(
    tx,
    bricks.map(({ brick }) => brick),
  );
  await tx.bricks.delete(bricks.map(({ brick }) => brick.id));
}

/** Whether the record is about nothing but bricks that no volume uses any more. */
export function isParked({ type, status, actions }: PendingOperation): boolean {
  return type === 'delete-volume' && status !== '' && actions.every(({ change }) => change === 'delete-brick');
}

/** Whether the brick belongs to no volume any more, and waits only to be removed; `record`: what it is pending for. */
export function isParkedBrick({ volumeId }: Brick, record: PendingOperation | null): boolean {
  if (!record || record.status === '') return false;
  return isParked(record) || (record.type === 'evict-brick' && volumeId === '');
}

/** Gives up the parked bricks of a device that will not come back: rows, space, and the actions that name them. */
export async function dropParkedBricks(tx: Tx, deviceId: Id): Promise<void> {
  const bricks = await tx.bricks.listByDevice(deviceId);
  const dropped = new Set(bricks.map(({ id }) => id));
  for (const operationId of new Set(bricks.map(({ pendingId }) => pendingId))) {
    if (operationId) await dropActions(tx, operationId, ({ id }) => dropped.has(id));
  }
  await giveBackSpace(tx, bricks);
  await tx.bricks.delete([...dropped]);
}

/** The bricks of a device that are more than parked, and so keep it from being deleted. */
export async function bricksInUse(tx: ReadTx, deviceId: Id): Promise<number> {
  let inUse = 0;
  for (const brick of await tx.bricks.listByDevice(deviceId)) {
    const record = brick.pendingId ? await tx.operations.find(brick.pendingId) : null;
    if (!isParkedBrick(brick, record)) inUse++;
  }
  return inUse;
}
