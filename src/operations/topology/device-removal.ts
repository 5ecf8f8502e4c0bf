import type { Device } from '../../domain/device.js';
import { DomainError, idNotFound } from '../../domain/errors.js';
import type { Id } from '../../domain/ids.js';
import type { ReadTx } from '../../store/store.js';
import type { SequenceKind } from '../engine/sequence.js';
import { type Emptying, emptyNext, type RemovalPlan, refuseHeld, removalPlan } from './emptying.js';

/** A device or a node that is to be taken out of use. */
export interface Removal extends RemovalPlan {
  readonly id: Id;
}

interface DeviceRemovalWork extends Emptying {
  readonly operationId: Id;
  readonly device: Device;
}

/** Takes a device out of use: its bricks are moved to others, and its state becomes `failed`. */
export const deviceRemoval: SequenceKind<Removal, DeviceRemovalWork> = {
  type: 'remove-device',

  async check(tx, { id }) {
    if (!(await tx.devices.find(id))) throw idNotFound();
  },

  build: async (_tx, _operationId, { id, mustBeHealed }) => ({
    actions: [{ change: 'remove-device', id, delta: null }],
    plan: { mustBeHealed } satisfies RemovalPlan,
  }),

  async load(tx, operation) {
    const device = await tx.devices.find(operation.actions[0]?.id ?? '');
    const { id: operationId, progress } = operation;
    return device && { operationId, device, deviceIds: [device.id], progress, ...removalPlan(operation) };
  },

  async next(work, context) {
    if (work.device.state === 'failed') return { do: 'end' };
    await context.store.read((tx) => refuseDeviceRemoval(tx, work.device, work.operationId));
    return emptyNext(work, context);
  },

  async finalize(tx, { operationId, device: { id } }) {
    const device = await tx.devices.find(id);
    if (!device) throw idNotFound();
    if (device.state === 'failed') return null;
    await refuseDeviceRemoval(tx, device, operationId);
    await refuseHeld(tx, [id]);
    await tx.devices.update({ ...device, state: 'failed' });
    return null;
  },
};

/** Refuses a device that may be given new bricks, or that another operation than this one is changing. */
export async function refuseDeviceRemoval(tx: ReadTx, device: Device, operationId: Id): Promise<void> {
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
}

export function mustBeOffline(Kind: string, kind: string, id: Id): DomainError {
  return new DomainError('failed', `${Kind} must be offline before remove operation is performed, ${kind}:${id}`);
}
