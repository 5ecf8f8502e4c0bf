import type { Id } from '../ids.js';
import type { ClusterSnapshot, DeviceSnapshot, PlacedBrick } from './types.js';

/** The cluster as it would be with the brick on its device. */
export function withBrick(snapshot: ClusterSnapshot, brick: PlacedBrick): ClusterSnapshot {
  return changed(snapshot, new Set([brick.deviceId]), (device) => ({
    ...device,
    freeKib: Math.max(0, device.freeKib - brick.thinPoolKib - brick.poolMetadataKib),
    largestMetadataKib: Math.max(device.largestMetadataKib, brick.poolMetadataKib),
  }));
}

/** The cluster as it would be with these devices offline. */
export function withoutDevices(snapshot: ClusterSnapshot, deviceIds: readonly Id[]): ClusterSnapshot {
  return changed(snapshot, new Set(deviceIds), (device) => ({ ...device, state: 'offline' }));
}

/** The cluster without this device. */
export function leavingOut(snapshot: ClusterSnapshot, deviceId: Id): ClusterSnapshot {
  const nodes = snapshot.nodes.map((node) => {
    const devices = node.devices.filter(({ id }) => id !== deviceId);
    return devices.length === node.devices.length ? node : { ...node, devices };
  });
  return { ...snapshot, nodes };
}

function changed(
  snapshot: ClusterSnapshot,
  deviceIds: ReadonlySet<Id>,
  change: (device: DeviceSnapshot) => DeviceSnapshot,
): ClusterSnapshot {
  const nodes = snapshot.nodes.map((node) => {
    if (!node.devices.some(({ id }) => deviceIds.has(id))) return node;
    return { ...node, devices: node.devices.map((device) => (deviceIds.has(device.id) ? change(device) : device)) };
  });
  return { ...snapshot, nodes };
}
