import { type Device, volumeGroupName } from '../../domain/device.js';
import { DomainError } from '../../domain/errors.js';
import type { Id } from '../../domain/ids.js';
import { manageName, type Node } from '../../domain/node.js';
import { type DeviceReport, inspectDevice, setUpDevice } from '../../executors/commands/device/lvm-device.js';
import { tearDownDevice } from '../../executors/commands/device/lvm-device-removal.js';
import { CommandError } from '../../executors/executor.js';
import type { ReadTx } from '../../store/store.js';
import { ALL_UNDONE, NOTHING_LEFT, type OperationContext, type UndoneKind } from '../engine/operation.js';
import type { DevicePreflight } from '../ports/devices.js';
import type { DeviceRequest } from '../ports/requests.js';
import { inspectCandidate, preflightRefusal } from './device-preflight.js';

/** The device that is being added; no row holds it before its volume group exists. */
export interface DeviceAddPlan extends DeviceRequest {
  readonly id: Id;
}

async function pendingAdds(tx: ReadTx): Promise<readonly { readonly operationId: Id; readonly plan: DeviceAddPlan }[]> {
  return (await tx.operations.listByType('add-device')).map(({ id, plan }) => ({
    operationId: id,
    plan: plan as DeviceAddPlan,
  }));
}

interface DeviceAddWork {
  readonly device: DeviceAddPlan;
  readonly node: Node;
  /** Null when it was begun by another process. */
  readonly preflight: DevicePreflight | null;
}

/** A device with the id it is to have. */
export interface DeviceOrder extends DeviceRequest {
  readonly deviceId: Id;
}

export const deviceAdd: UndoneKind<DeviceOrder, DeviceAddWork, DeviceReport> = {
  type: 'add-device',
  isCounted: false,

  async build(tx, _operationId, { deviceId, ...request }) {
    await refuseBusyDevice(tx, request);
    const plan: DeviceAddPlan = { ...request, id: deviceId };
    return { actions: [{ change: 'add-device', id: deviceId, delta: null }], plan, lane: deviceLane(request.nodeId) };
  },

  async load(tx, operation) {
    const device = operation.plan as DeviceAddPlan;
    const node = await tx.nodes.find(device.nodeId);
    return node && { device, node, preflight: null };
  },

  lane: ({ node }) => deviceLane(node.id),

  async examine(work, context) {
    const { device, node } = work;
    const preflight = await inspectCandidate(context, node, device.name);
    const isAccepted = preflight.isUsable || (device.mayDestroyData && preflight.isUsableIfWiped);
    if (!isAccepted) throw preflightRefusal(preflight, device.mayDestroyData);
    logDoubts(preflight, context);
    return { ...work, preflight };
  },

  async exec({ device, node, preflight }, context) {
    const host = manageName(node);
    const spec = { deviceId: device.id, name: device.name, wipe: false };
    try {
      return await setUpDevice(context.hosts, host, spec);
    } catch (error) {
      if (!preflight || !device.mayDestroyData || !(error instanceof CommandError || error instanceof DomainError))
        throw error;
      await refuseUnsafeWipe(device, host, preflight, context);
      return setUpDevice(context.hosts, host, { ...spec, wipe: true });
    }
  },

  async finalize(tx, { device, node }, report) {
    if (!(await tx.nodes.find(node.id))) throw new DomainError('conflict', `node ${node.id} was deleted meanwhile`);
    const added: Device = {
      id: device.id,
      nodeId: device.nodeId,
      name: device.name,
      state: 'online',
      totalKib: report.totalKib,
      freeKib: report.freeKib,
      usedKib: report.usedKib,
      extentKib: report.extentKib,
      spareMetadataKib: 0,
      tags: device.tags,
      paths: report.paths,
      pvUuid: report.pvUuid,
    };
    await tx.devices.insert(added);
    return { location: null };
  },

  leftovers: ({ node }) => ({ mustEnd: [manageName(node)], mayStay: [] }),

  /** Whatever was made carries the fresh device id in its name, so taking it back is safe. */
  async undo({ device, node }, context) {
    await tearDownDevice(context.hosts, manageName(node), {
      deviceId: device.id,
      name: device.name,
      paths: [],
      pvUuid: '',
    });
    return ALL_UNDONE;
  },

  retract: async () => NOTHING_LEFT,
};

async function refuseBusyDevice(tx: ReadTx, request: DeviceRequest): Promise<void> {
  const node = await tx.nodes.find(request.nodeId);
  if (!node) throw new DomainError('not_found', 'Node id does not exist');
  const [leaving] = await tx.operations.listByObject(request.nodeId);
  if (leaving)
    throw new DomainError(
      'conflict',
      `node ${request.nodeId} is being changed by operation ${leaving.id}; wait until that has ended`,
    );
  const adding = (await pendingAdds(tx)).find(
    ({ plan: { nodeId, name } }) => nodeId === request.nodeId && name === request.name,
  );
  if (adding)
    throw new DomainError(
      'conflict',
      `${request.name} is being added to node ${request.nodeId} by operation ${adding.operationId}; wait until that has ended`,
    );
}

function logDoubts({ host, device, checks }: DevicePreflight, context: OperationContext): void {
  for (const { name, result, detail } of checks) {
    if (result === 'warning') context.log.warn({ host, device, check: name, detail }, 'device is taken with a warning');
  }
}

/** Data may be destroyed only where it is certain that no device this server knows is meant. */
async function refuseUnsafeWipe(
  device: DeviceAddPlan,
  host: string,
  preflight: DevicePreflight,
  context: OperationContext,
): Promise<void> {
  const { pvUuid, vgName } = await inspectDevice(context.hosts, host, device.name);
  if (!pvUuid) return;
  const isKnownToBeEmpty = preflight.checks.some((check) => check.name === 'lvm' && check.isMendedByWiping);
  if (vgName && !isKnownToBeEmpty) {
    throw new DomainError(
      'conflict',
      `${device.name} on ${host} belongs to volume group ${vgName}, which may hold logical volumes, and was left alone`,
    );
  }
  // The same disk may be on its way into the pool under another of its names.
  const adding = await context.store.read(pendingAdds);
  const other = adding.find(({ plan: { id } }) => id !== device.id && vgName === volumeGroupName(id));
  if (other)
    throw new DomainError(
      'conflict',
      `${device.name} on ${host} is being added as ${other.plan.name} by operation ${other.operationId}; it was left alone`,
    );
  const { same, unknown } = await context.store.read(async (tx) => ({
    same: await tx.devices.findByPvUuid(pvUuid),
    unknown: await tx.devices.findByPvUuid(''),
  }));
  if (same)
    throw new DomainError(
      'conflict',
      `Device already in use (ID: ${same.id}): ${device.name} on ${host} was left alone`,
    );
  if (unknown) {
    throw new DomainError(
      'conflict',
      `Can not destroy device, destroy may not be safe: the physical volume UUID of device ${unknown.id} is not recorded, so ${device.name} on ${host} could be that one`,
    );
  }
}

/** A node that hangs keeps only its own devices waiting. */
export function deviceLane(nodeId: Id): string {
  return `devices/${nodeId}`;
}
