import { DomainError } from '../../domain/errors.js';
import type { Id } from '../../domain/ids.js';
import type { PendingOperation } from '../../domain/pending-operation.js';
import type { ReadTx } from '../../store/store.js';
import { ALL_UNDONE, type OperationKind } from '../engine/operation.js';

interface DeviceRemoveWork {
  readonly operationId: Id;
  readonly deviceId: Id;
  /** The eviction that runs as a part of it; null between two. */
  readonly childId: Id | null;
}

/**
 * Moves all bricks of a device away, one eviction after the other. Interrupted, it is given up: bricks that have
 * moved stay where they are, the device stays offline, and removing it again goes on.
 */
export const deviceRemove: OperationKind<DeviceRemoveWork, never> = {
  type: 'remove-device',

  async load(tx: ReadTx, operation: PendingOperation): Promise<DeviceRemoveWork | null> {
    const idOf = (wanted: string) => operation.actions.find(({ change }) => change === wanted)?.id;
    const device = await tx.devices.find(idOf('remove-device') ?? '');
    if (!device) return null;
    const child = await tx.operations.find(idOf('child-operation') ?? '');
    return { operationId: operation.id, deviceId: device.id, childId: child?.id ?? null };
  },

  lane: ({ deviceId }) => `removal/${deviceId}`,

  leftovers: () => ({ mustEnd: [], mayStay: [] }),

  async exec({ operationId }) {
    throw new Error(`operation ${operationId} can only be given up`);
  },

  async finalize(_tx, { operationId }) {
    throw new Error(`operation ${operationId} can only be given up`);
  },

  async direction({ deviceId, childId }) {
    if (childId === null) return 'back';
    throw new DomainError(
      'failed',
      `the removal of device ${deviceId} ends with operation ${childId}, which moves one of its bricks`,
    );
  },

  /** Its parts have undone what they had to. */
  undo: async () => ALL_UNDONE,

  /** The record is all there is of it. */
  retract: async () => null,
};
