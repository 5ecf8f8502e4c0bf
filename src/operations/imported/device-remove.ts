import { DomainError } from '../../domain/errors.js';
import type { Id } from '../../domain/ids.js';
import { ALL_UNDONE, type GivenUpKind, NOTHING_LEFT } from '../engine/operation.js';

interface DeviceRemoveWork {
  readonly deviceId: Id;
  /** The eviction that runs as a part of it; null between two. */
  readonly childId: Id | null;
}

/**
 * The original moves all bricks of a device away, one eviction after the other. Interrupted, it is given up: bricks that
 * have moved stay where they are, the device stays offline, and removing it again goes on.
 */
export const deviceRemove: GivenUpKind<DeviceRemoveWork> = {
  type: 'remove-device',

  async load(tx, operation) {
    const idOf = (wanted: string) => operation.actions.find(({ change }) => change === wanted)?.id;
    const device = await tx.devices.find(idOf('remove-device') ?? '');
    if (!device) return null;
    const child = await tx.operations.find(idOf('child-operation') ?? '');
    return { deviceId: device.id, childId: child?.id ?? null };
  },

  lane: ({ deviceId }) => `removal/${deviceId}`,

  leftovers: () => ({ mustEnd: [], mayStay: [] }),

  /** Its parts undo what they have to. */
  async undo({ deviceId, childId }) {
    if (childId === null) return ALL_UNDONE;
    throw new DomainError(
      'failed',
      `the removal of device ${deviceId} ends with operation ${childId}, which moves one of its bricks`,
    );
  },

  /** The record is all there is of it. */
  retract: async () => NOTHING_LEFT,
};
