import type { Id } from '../../domain/ids.js';
import type { ReadTx } from '../../store/store.js';

/** Whether a person has said that the node never returns, and its bricks are being rebuilt elsewhere: nothing is sent to it. */
export async function isBeingLost(tx: ReadTx, nodeId: Id): Promise<boolean> {
  const records = await tx.operations.listByObject(nodeId);
  return records.some(({ type, progress }) => type === 'lose-node' && !progress?.isCancelled);
}

/**
 * Whether a node of state failed may be taken into use again, and then has what is there now: it is being given up as lost,
 * which it may turn out not to be, or volumes have bricks on it still. One that was removed has none.
 */
export async function mayReturn(tx: ReadTx, nodeId: Id): Promise<boolean> {
  const records = await tx.operations.listByObject(nodeId);
  return records.some(({ type }) => type === 'lose-node') || (await isUsedByVolumes(tx, nodeId));
}

export async function isUsedByVolumes(tx: ReadTx, nodeId: Id): Promise<boolean> {
  return (await tx.bricks.listByNode(nodeId)).some(({ volumeId }) => volumeId !== '');
}
