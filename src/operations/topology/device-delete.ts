import type { Device } from '../../domain/device.js';
import { DomainError, idNotFound } from '../../domain/errors.js';
import type { Id } from '../../domain/ids.js';
import { manageName, type Node } from '../../domain/node.js';
import type { PendingOperation } from '../../domain/pending-operation.js';
import { forgetDevice, hasVolumeGroup, tearDownDevice } from '../../executors/commands/lvm-device.js';
import type { Tx } from '../../store/store.js';
import { ALL_UNDONE, type OperationKind } from '../engine/operation.js';
import type { Intent } from '../engine/operation-records.js';
import { bricksInUse, dropParkedBricks } from '../volumes/parked-bricks.js';
import { deviceLane } from './device-add.js';

export async function buildDeviceDelete(tx: Tx, id: Id, forceForget: boolean): Promise<Intent> {
  const device = await tx.devices.find(id);
  if (!device) throw idNotFound();
  if (device.state !== 'failed') {
    throw new DomainError(
      'invalid',
      `device: ${id} is not in failed state; set it offline and then failed (heketi-cli device remove) first`,
    );
  }
  const bricks = (await tx.bricks.listByDevice(id)).length;
  const inUse = forceForget ? await bricksInUse(tx, id) : bricks;
  if (inUse > 0)
    throw new DomainError(
      'conflict',
      `device ${id} still holds ${bricks} bricks; they must be moved or deleted first${forceForget ? '' : await parkedHint(tx, id, bricks)}`,
    );
  const [other] = await tx.operations.listByObject(id);
  if (other)
    throw new DomainError(
      'conflict',
      `device ${id} is being changed by operation ${other.id}; wait until that has ended`,
    );
  return {
    actions: [{ change: 'delete-device', id, delta: null }],
    plan: { forceForget },
    lane: deviceLane(device.nodeId),
  };
}

async function parkedHint(tx: Tx, id: Id, bricks: number): Promise<string> {
  if (bricks === 0 || (await bricksInUse(tx, id)) > 0) return '';
  return '. All of them belong to deleted volumes and wait for their host; force-forget gives them up';
}

interface DeviceDeleteWork {
  readonly device: Device;
  readonly node: Node | null;
  readonly forceForget: boolean;
}

export const deviceDelete: OperationKind<DeviceDeleteWork, void> = {
  type: 'delete-device',

  async load(tx: Tx, operation: PendingOperation): Promise<DeviceDeleteWork | null> {
    const device = await tx.devices.find(operation.actions[0]?.id ?? '');
    if (!device) return null;
    const { forceForget } = operation.plan as { forceForget: boolean };
    return { device, node: await tx.nodes.find(device.nodeId), forceForget };
  },

  lane: ({ device }) => deviceLane(device.nodeId),

  /** A device that is forgotten by force may be on a host that never answers again. */
  leftovers: ({ node, forceForget }) => ({ mustEnd: node && !forceForget ? [manageName(node)] : [], mayStay: [] }),

  async exec({ device, node, forceForget }, context) {
    if (!node) return;
    const target = { deviceId: device.id, name: device.name, paths: device.paths, pvUuid: device.pvUuid };
    if (forceForget) await forgetDevice(context.hosts, manageName(node), target);
    else await tearDownDevice(context.hosts, manageName(node), target);
  },

  async finalize(tx, { device }) {
    if ((await bricksInUse(tx, device.id)) > 0)
      throw new DomainError('conflict', `device ${device.id} was given bricks meanwhile`);
    await dropParkedBricks(tx, device.id);
    await tx.devices.delete(device.id);
    await tx.linkFaults.deleteByObject(device.id);
    return { location: null };
  },

  /** A volume group that could not be removed is still a device; without it there is only the way forward. */
  async direction({ device, node }, context, after) {
    if (after === 'crash' || !node) return 'forward';
    return (await hasVolumeGroup(context.hosts, manageName(node), device.id)) ? 'back' : 'forward';
  },

  undo: async () => ALL_UNDONE,

  retract: async () => null,
};
