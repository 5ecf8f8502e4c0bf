import { volumeGroupName } from '../../domain/device.js';
import { DomainError, idNotFound } from '../../domain/errors.js';
import type { Id } from '../../domain/ids.js';
import { manageName, type Node } from '../../domain/node.js';
import { removeThinPool, removeThinVolume } from '../../executors/commands/brick/unclaimed-volume.js';
import { ALL_UNDONE, NOTHING_LEFT, type OperationContext, type UndoneKind } from '../engine/operation.js';
import { type LogicalVolume, mountPointOfBrickOn, nameOf } from './unclaimed-name.js';
import { whyKept } from './unclaimed-proof.js';

interface UnclaimedWork extends LogicalVolume {
  readonly operationId: Id;
  readonly node: Node;
}

/**
 * Removes a logical volume that somebody has named. That nobody has it is proved from all hosts of its cluster immediately
 * before; its host's glusterd files and lvm, which refuses what is open, are asked in the very batch that removes it.
 */
export const unclaimedRemoval: UndoneKind<LogicalVolume, UnclaimedWork, void> = {
  type: 'remove-unclaimed',
  isCounted: true,

  async build(tx, _operationId, { deviceId, lv }) {
    const device = await tx.devices.find(deviceId);
    const node = device && (await tx.nodes.find(device.nodeId));
    if (!node) throw idNotFound();
    const [changing] = await tx.operations.listByObject(deviceId);
    if (changing) throw notRemoved({ deviceId, lv }, `operation ${changing.id} is changing its device`);
    return {
      actions: [{ change: 'remove-unclaimed', id: deviceId, delta: null }],
      plan: { lv },
      lane: node.clusterId,
    };
  },

  async load(tx, { id, actions, plan }) {
    const device = await tx.devices.find(actions[0]?.id ?? '');
    const node = device && (await tx.nodes.find(device.nodeId));
    return node && { operationId: id, node, deviceId: device.id, lv: (plan as Pick<LogicalVolume, 'lv'>).lv };
  },

  lane: ({ node }) => node.clusterId,

  exec: (work, context) =>
    context.work.onHost(manageName(work.node), work.deviceId, () => removeIfUnclaimed(work, context)),

  finalize: async () => ({ location: null }),

  leftovers: ({ node }) => ({ mustEnd: [manageName(node)], mayStay: [] }),

  /** What is gone is gone, and what is there can be named again. */
  undo: async () => ALL_UNDONE,

  retract: async () => NOTHING_LEFT,
};

async function removeIfUnclaimed(work: UnclaimedWork, context: OperationContext): Promise<void> {
  const { operationId, node, deviceId, lv } = work;
  const reason = (await whyKept([work], node.id, operationId, context)).get(nameOf(work));
  if (reason !== null) throw notRemoved(work, reason ?? 'nobody was asked about it');
  const place = { vg: volumeGroupName(deviceId), lv };
  const mountPoint = mountPointOfBrickOn(work);
  if (mountPoint === null) await removeThinPool(context.hosts, manageName(node), place);
  else await removeThinVolume(context.hosts, manageName(node), place, mountPoint);
}

function notRemoved(volume: LogicalVolume, reason: string): DomainError {
  return new DomainError('conflict', `${nameOf(volume)} is not removed: ${reason}`);
}
