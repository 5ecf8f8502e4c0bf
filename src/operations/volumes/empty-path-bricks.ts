import type { Brick } from '../../domain/brick.js';
import { DomainError, ID_NOT_FOUND } from '../../domain/errors.js';
import type { Id } from '../../domain/ids.js';
import type { ReadTx, Tx } from '../../store/store.js';
import { giveBackSpace } from './space.js';

/** Whose bricks to look at; all lists empty: everybody's. */
export interface BrickChoice {
  readonly clusters: readonly Id[];
  readonly nodes: readonly Id[];
  readonly devices: readonly Id[];
}

/**
 * Removes the records of bricks without a path, left behind by old versions of the original, and frees their space.
 * Bricks of a pending operation stay: that has to find them. Throws DomainError when a chosen object is unknown.
 */
export async function removeBricksWithEmptyPath(
  tx: Tx,
  choice: BrickChoice,
): Promise<{ readonly removed: readonly Id[]; readonly pending: readonly Id[] }> {
  const bricks = (await chosenBricks(tx, choice)).filter(({ path }) => path === '');
  const settled = bricks.filter(({ pendingId }) => pendingId === null);
  await giveBackSpace(tx, settled);
  const removed = settled.map(({ id }) => id);
  await tx.bricks.delete(removed);
  for (const id of removed) await tx.linkFaults.deleteByObject(id);
  return { removed, pending: bricks.filter(({ pendingId }) => pendingId !== null).map(({ id }) => id) };
}

async function chosenBricks(tx: ReadTx, { clusters, nodes, devices }: BrickChoice): Promise<readonly Brick[]> {
  const all = await tx.bricks.list();
  if (clusters.length + nodes.length + devices.length === 0) return all;
  const nodeIds = new Set<Id>();
  for (const id of clusters) {
    if (!(await tx.clusters.find(id))) throw unknown('cluster', id);
    for (const nodeId of await tx.nodes.listIdsByCluster(id)) nodeIds.add(nodeId);
  }
  for (const id of nodes) {
    if (!(await tx.nodes.find(id))) throw unknown('node', id);
    nodeIds.add(id);
  }
  for (const id of devices) if (!(await tx.devices.find(id))) throw unknown('device', id);
  return all.filter(({ nodeId, deviceId }) => nodeIds.has(nodeId) || devices.includes(deviceId));
}

function unknown(kind: string, id: Id): DomainError {
  return new DomainError('not_found', `${ID_NOT_FOUND}: there is no ${kind} ${id} in this database`);
}
