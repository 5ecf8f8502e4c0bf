import type { Brick } from '../../domain/brick.js';
import { counted } from '../../domain/counted.js';
import type { Device } from '../../domain/device.js';
import { DomainError, idNotFound } from '../../domain/errors.js';
import type { Id } from '../../domain/ids.js';
import type { EntryState } from '../../domain/node.js';
import type { ReadTx, Tx } from '../../store/store.js';
import type { Job } from '../engine/job.js';
import { isParked } from '../volumes/parked-bricks.js';

export interface StateChange {
  readonly id: Id;
  readonly to: EntryState;
}

/** Sets a device's state. Refusals reach the client through the queue, as in the original. */
export const deviceStateChange: Job<StateChange> = {
  name: 'set-device-state',

  async check(tx, { id }) {
    if (!(await tx.devices.find(id))) throw idNotFound();
  },

  work:
    async ({ id, to }) =>
    async (tx) => {
      const device = await tx.devices.find(id);
      if (!device) throw idNotFound();
      await setDeviceState(tx, device, to);
      return null;
    },
};

/** Sets a node's state; a node fails when all its devices have failed. */
export const nodeStateChange: Job<StateChange> = {
  name: 'set-node-state',

  async check(tx, { id }) {
    if (!(await tx.nodes.find(id))) throw idNotFound();
  },

  work:
    async ({ id, to }) =>
    async (tx) => {
      await setNodeState(tx, id, to);
      return null;
    },
};

async function setNodeState(tx: Tx, id: Id, to: EntryState): Promise<void> {
  const node = await tx.nodes.find(id);
  if (!node) throw idNotFound();
  if (node.state === to) return;
  if (node.state === 'failed') throw new DomainError('failed', `Cannot move a failed/removed node to ${to} state`);
  if (to === 'failed') {
    if (node.state !== 'offline') throw mustBeOffline('Node', 'node', id);
    for (const device of await tx.devices.listByNode(id)) await removeDevice(tx, device);
  }
  await tx.nodes.update({ ...node, state: to });
}

async function setDeviceState(tx: Tx, device: Device, to: EntryState): Promise<void> {
  if (device.state === to) return;
  if (device.state === 'failed' && to === 'online') {
    throw new DomainError('failed', 'Cannot move a failed/removed device to online state; set it offline first');
  }
  const [deleting] = await tx.operations.listByObject(device.id);
  if (deleting)
    throw new DomainError(
      'failed',
      `device ${device.id} is being changed by operation ${deleting.id}; wait until that has ended`,
    );
  if (to === 'failed') {
    if (device.state !== 'offline') throw mustBeOffline('Device', 'device', device.id);
    await removeDevice(tx, device);
    return;
  }
  await tx.devices.update({ ...device, state: to });
}

/** An empty device fails at once; moving bricks away is an operation of its own. */
async function removeDevice(tx: Tx, device: Device): Promise<void> {
  let held = 0;
  for (const brick of await tx.bricks.listByDevice(device.id)) if (!(await isInterrupted(tx, brick))) held++;
  if (held > 0) {
    throw new DomainError(
      'failed',
      `device ${device.id} holds ${counted(held, 'brick')}, and this version can't move bricks to other devices yet; delete the volumes they belong to, or wait for a version that can`,
    );
  }
  await tx.devices.update({ ...device, state: 'failed' });
}

/** Bricks of a create that failed, or of a volume that is gone, hold nobody's data: their device may be given up. */
async function isInterrupted(tx: ReadTx, { pendingId }: Brick): Promise<boolean> {
  const operation = pendingId ? await tx.operations.find(pendingId) : null;
  if (!operation || operation.status === '') return false;
  return operation.type === 'create-volume' || isParked(operation);
}

function mustBeOffline(Kind: string, kind: string, id: Id): DomainError {
  return new DomainError('failed', `${Kind} must be offline before remove operation is performed, ${kind}:${id}`);
}
