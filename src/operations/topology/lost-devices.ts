import type { Id } from '../../domain/ids.js';
import type { PendingOperation } from '../../domain/pending-operation.js';
import type { ReadTx } from '../../store/store.js';
import { isParkedBrick } from '../volumes/parked-bricks.js';
import type { DeviceAddPlan } from './device-add.js';

export async function deviceIdsOf(tx: ReadTx, nodeId: Id): Promise<readonly Id[]> {
  return (await tx.devices.listByNode(nodeId)).map(({ id }) => id);
}

/** Records about the node's devices themselves. */
export async function recordsOfDevices(tx: ReadTx, nodeId: Id): Promise<readonly PendingOperation[]> {
  const found = (await tx.operations.listByType('add-device')).filter(
    ({ plan }) => (plan as DeviceAddPlan).nodeId === nodeId,
  );
  for (const id of await deviceIdsOf(tx, nodeId)) found.push(...(await tx.operations.listByObject(id)));
  return found;
}

/**
 * An operation that must end before the devices of a lost node can be forgotten, or null: it runs, or made bricks there and
 * may have more of them elsewhere. What only waits for the node is none.
 */
export async function operationInTheWay(tx: ReadTx, nodeId: Id): Promise<Id | null> {
  for (const deviceId of await deviceIdsOf(tx, nodeId)) {
    for (const brick of await tx.bricks.listByDevice(deviceId)) {
      const record = brick.pendingId === null ? null : await tx.operations.find(brick.pendingId);
      if (record && !isParkedBrick(brick, record)) return record.id;
    }
  }
  return (await recordsOfDevices(tx, nodeId)).find(({ status }) => status === '')?.id ?? null;
}
