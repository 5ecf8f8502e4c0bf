import { counted } from '../../domain/counted.js';
import type { Device } from '../../domain/device.js';
import { DomainError, idNotFound } from '../../domain/errors.js';
import type { Id } from '../../domain/ids.js';
import { manageName, type Node } from '../../domain/node.js';
import type { KnownDevice } from '../../executors/commands/device/lvm-device-commands.js';
import { forgetDevice, isVolumeGroup, tearDownDevice } from '../../executors/commands/device/lvm-device-removal.js';
import type { ReadTx, Tx } from '../../store/store.js';
import {
  ALL_UNDONE,
  NeverBegun,
  NOTHING_LEFT,
  type OperationContext,
  type OperationKind,
} from '../engine/operation.js';
import { supersede } from '../engine/transitions/ends.js';
import { bricksInUse, dropParkedBricks } from '../volumes/parked-bricks.js';
import { deviceLane } from './device-add.js';

interface DeviceDeleteWork {
  readonly device: Device;
  readonly node: Node | null;
  readonly forceForget: boolean;
}

export interface DeviceDeletion {
  readonly id: Id;
  /** Its host is not asked for it: whatever the device holds is given up. */
  readonly forceForget: boolean;
}

export const deviceDelete: OperationKind<DeviceDeletion, DeviceDeleteWork, void> = {
  type: 'delete-device',
  isCounted: false,

  async build(tx, _operationId, { id, forceForget }) {
    const device = await tx.devices.find(id);
    if (!device) throw idNotFound();
    await refuseUsedDevice(tx, device, forceForget);
    await endEarlierAttempts(tx, id, forceForget);
    return {
      actions: [{ change: 'delete-device', id, delta: null }],
      plan: { forceForget },
      lane: deviceLane(device.nodeId),
    };
  },

  async load(tx, operation) {
    const device = await tx.devices.find(operation.actions[0]?.id ?? '');
    if (!device) return null;
    const { forceForget } = operation.plan as { forceForget: boolean };
    return { device, node: await tx.nodes.find(device.nodeId), forceForget };
  },

  lane: ({ device }) => deviceLane(device.nodeId),

  exec: removeGroup,

  async finalize(tx, { device }) {
    if ((await bricksInUse(tx, device.id)) > 0)
      throw new DomainError('conflict', `device ${device.id} was given bricks meanwhile`);
    await dropParkedBricks(tx, device.id);
    await tx.devices.delete(device.id);
    await tx.linkFaults.deleteByObject(device.id);
    return { location: null };
  },

  /** A device that is forgotten by force may be on a host that never answers again. */
  leftovers: ({ node, forceForget }) => ({ mustEnd: node && !forceForget ? [manageName(node)] : [], mayStay: [] }),

  /**
   * A volume group that could not be removed is still a device; without it there is only the way forward. A device
   * that nobody can look at stays one when nothing was done to it: it can be deleted again, or given up.
   */
  async direction({ device, node }, context, { after, neverBegun }) {
    if (after === 'crash' || !node) return 'forward';
    const isGroup = await isVolumeGroup(context.hosts, manageName(node), known(device));
    if (isGroup === null && !neverBegun.has(device.id)) {
      throw new DomainError(
        'failed',
        `whether device ${device.id} is a volume group still can't be told: its disk is away; bring it back, or give ` +
          `it up with: heketi-cli device delete --force-forget ${device.id}`,
      );
    }
    return isGroup === false ? 'forward' : 'back';
  },

  finish: removeGroup,

  undo: async () => ALL_UNDONE,

  retract: async () => NOTHING_LEFT,
};

async function refuseUsedDevice(tx: ReadTx, { id, state }: Device, forceForget: boolean): Promise<void> {
  if (state !== 'failed') {
    throw new DomainError(
      'invalid',
      `device: ${id} is not in failed state; set it offline and then failed (heketi-cli device remove) first`,
    );
  }
  const bricks = (await tx.bricks.listByDevice(id)).length;
  const inUse = forceForget ? await bricksInUse(tx, id) : bricks;
  if (inUse === 0) return;
  throw new DomainError(
    'conflict',
    `device ${id} still holds ${counted(bricks, 'brick')}; move or delete first what is there${forceForget ? '' : await parkedHint(tx, id, bricks)}`,
  );
}

async function parkedHint(tx: ReadTx, id: Id, bricks: number): Promise<string> {
  if (bricks === 0 || (await bricksInUse(tx, id)) > 0) return '';
  return '. All of them belong to deleted volumes and wait for their host; force-forget gives them up';
}

/** An earlier attempt that waits for a disk or host which the device is given up for now. */
async function endEarlierAttempts(tx: Tx, id: Id, forceForget: boolean): Promise<void> {
  for (const other of await tx.operations.listByObject(id)) {
    if (!forceForget || other.type !== 'delete-device' || other.status === '') {
      throw new DomainError(
        'conflict',
        `device ${id} is being changed by operation ${other.id}; wait until that has ended`,
      );
    }
    await supersede(tx, other.id, `device ${id} is being forgotten by another request`);
  }
}

async function removeGroup({ device, node, forceForget }: DeviceDeleteWork, context: OperationContext): Promise<void> {
  if (!node) return;
  if (forceForget) return forgetDevice(context.hosts, manageName(node), known(device));
  let isRemoved = false;
  const onGroupRemoved = () => {
    isRemoved = true;
  };
  try {
    await tearDownDevice(context.hosts, manageName(node), known(device), { onGroupRemoved });
  } catch (error) {
    throw error instanceof DomainError && !isRemoved ? new NeverBegun(error, [device.id]) : error;
  }
}

function known({ id, name, paths, pvUuid }: Device): KnownDevice {
  return { deviceId: id, name, paths, pvUuid };
}
