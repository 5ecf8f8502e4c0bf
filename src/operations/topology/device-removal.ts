import type { Brick } from '../../domain/brick.js';
import { counted } from '../../domain/counted.js';
import type { Device } from '../../domain/device.js';
import { DomainError, idNotFound } from '../../domain/errors.js';
import type { Id } from '../../domain/ids.js';
import type { ReadTx } from '../../store/store.js';
import type { SequenceKind } from '../engine/sequence.js';
import { isParked } from '../volumes/parked-bricks.js';

interface DeviceRemovalWork {
  readonly operationId: Id;
  readonly device: Device;
}

/** Takes a device out of use: its state becomes `failed`. One that holds bricks is refused. */
export const deviceRemoval: SequenceKind<Id, DeviceRemovalWork> = {
  type: 'remove-device',

  async check(tx, id) {
    if (!(await tx.devices.find(id))) throw idNotFound();
  },

  build: async (_tx, _operationId, id) => ({
    actions: [{ change: 'remove-device', id, delta: null }],
    plan: null,
  }),

  async load(tx, { id: operationId, actions }) {
    const device = await tx.devices.find(actions[0]?.id ?? '');
    return device && { operationId, device };
  },

  async next({ operationId, device }, context) {
    await context.store.read((tx) => refuseRemoval(tx, device, operationId));
    return { do: 'end' };
  },

  async finalize(tx, { operationId, device: { id } }) {
    const device = await tx.devices.find(id);
    if (!device) throw idNotFound();
    await refuseRemoval(tx, device, operationId);
    await tx.devices.update({ ...device, state: 'failed' });
    return null;
  },
};

/** Refuses a device that is in use, or that another operation than this one is changing. */
async function refuseRemoval(tx: ReadTx, device: Device, operationId: Id): Promise<void> {
  if (device.state === 'failed') return;
  // One that is asked for twice, since the first answer was lost, is done by whichever comes first.
  const other = (await tx.operations.listByObject(device.id)).find(
    ({ id, type, origin }) => id !== operationId && !(type === 'remove-device' && origin !== 'heketi'),
  );
  if (other)
    throw new DomainError(
      'failed',
      `device ${device.id} is being changed by operation ${other.id}; wait until that has ended`,
    );
  if (device.state !== 'offline') throw mustBeOffline('Device', 'device', device.id);
  await refuseUsedDevice(tx, device.id);
}

/** Refuses a device that holds bricks. */
export async function refuseUsedDevice(tx: ReadTx, id: Id): Promise<void> {
  let held = 0;
  for (const brick of await tx.bricks.listByDevice(id)) if (!(await isInterrupted(tx, brick))) held++;
  if (held === 0) return;
  throw new DomainError(
    'failed',
    `device ${id} holds ${counted(held, 'brick')}, and this version can't move bricks to other devices yet; delete the volumes they belong to, or wait for a version that can`,
  );
}

/** Bricks of a create that failed, or of a volume that is gone, hold nobody's data: their device may be given up. */
async function isInterrupted(tx: ReadTx, { pendingId }: Brick): Promise<boolean> {
  const operation = pendingId ? await tx.operations.find(pendingId) : null;
  if (!operation || operation.status === '') return false;
  return operation.type === 'create-volume' || isParked(operation);
}

export function mustBeOffline(Kind: string, kind: string, id: Id): DomainError {
  return new DomainError('failed', `${Kind} must be offline before remove operation is performed, ${kind}:${id}`);
}
