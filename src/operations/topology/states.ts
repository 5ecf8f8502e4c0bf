import type { Device } from '../../domain/device.js';
import { DomainError, idNotFound } from '../../domain/errors.js';
import type { Id } from '../../domain/ids.js';
import type { EntryState } from '../../domain/node.js';
import type { Requester } from '../../domain/requester.js';
import { tell } from '../../events/tell.js';
import type { Tx } from '../../store/store.js';
import { ofDevice, ofNode } from '../engine/event-subjects.js';
import type { Job } from '../engine/job.js';
import { isBeingLost, isUsedByVolumes } from '../hosts/lost-node.js';

export interface StateChange {
  readonly id: Id;
  readonly to: Exclude<EntryState, 'failed'>;
}

/** Sets a device's state; `failed` is the end of a removal. Refusals reach the client through the queue, as in the original. */
export const deviceStateChange: Job<StateChange> = {
  name: 'set-device-state',

  async about(tx, { id }) {
    const device = await tx.devices.find(id);
    return device && ofDevice(tx, device);
  },

  async check(tx, { id }) {
    if (!(await tx.devices.find(id))) throw idNotFound();
  },

  work:
    async ({ id, to }) =>
    async (tx, by) => {
      const device = await tx.devices.find(id);
      if (!device) throw idNotFound();
      await setDeviceState(tx, device, to, by);
      return null;
    },
};

/** Sets a node's state; `failed` is the end of a removal. */
export const nodeStateChange: Job<StateChange> = {
  name: 'set-node-state',

  async about(tx, { id }) {
    const node = await tx.nodes.find(id);
    return node && ofNode(node);
  },

  async check(tx, { id }) {
    if (!(await tx.nodes.find(id))) throw idNotFound();
  },

  work:
    async ({ id, to }) =>
    async (tx, by) => {
      await setNodeState(tx, id, to, by);
      return null;
    },
};

async function setNodeState(tx: Tx, id: Id, to: StateChange['to'], by: Requester): Promise<void> {
  const node = await tx.nodes.find(id);
  if (!node) throw idNotFound();
  if (node.state === to) return;
  const mayBeBack = to === 'offline' && (await isUsedByVolumes(tx, id)) && !(await isBeingLost(tx, id));
  if (node.state === 'failed' && !mayBeBack)
    throw new DomainError('failed', `Cannot move a failed/removed node to ${to} state`);
  await tx.nodes.update({ ...node, state: to });
  await tell(tx, 'node.state-changed', ofNode(node), { requestedBy: by, details: { state: to } });
}

async function setDeviceState(tx: Tx, device: Device, to: StateChange['to'], by: Requester): Promise<void> {
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
  await tx.devices.update({ ...device, state: to });
  await tell(tx, 'device.state-changed', await ofDevice(tx, device), { requestedBy: by, details: { state: to } });
}
