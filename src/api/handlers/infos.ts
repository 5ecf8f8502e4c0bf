import type { Id } from '../../domain/ids.js';
import type { ReadTx } from '../../store/store.js';
import { deviceInfo } from '../wire/device.js';
import { type NodeInfo, nodeInfo } from '../wire/node.js';
import { type VolumeInfo, volumeInfo } from '../wire/volume.js';

/** With its devices and their bricks; null: there is none. */
export async function readNodeInfo(tx: ReadTx, id: Id): Promise<NodeInfo | null> {
  const node = await tx.nodes.find(id);
  if (node === null) return null;
  const devices = [];
  for (const device of await tx.devices.listByNode(id)) {
    devices.push(deviceInfo(device, await tx.bricks.listByDevice(device.id)));
  }
  return nodeInfo(node, devices);
}

/** With its bricks; null: there is none, or it is not complete yet. */
export async function readVolumeInfo(tx: ReadTx, id: Id): Promise<VolumeInfo | null> {
  const volume = await tx.volumes.find(id);
  if (volume === null || volume.pendingId !== null) return null;
  return volumeInfo(
    volume,
    await tx.bricks.listShownByVolume(id),
    await tx.nodes.listByCluster(volume.clusterId),
    volume.isBlockHosting ? await tx.blockVolumes.listVisibleIdsByHostingVolume(id) : [],
  );
}
