import type { Brick } from '../../domain/brick.js';
import type { Id } from '../../domain/ids.js';
import type { Volume } from '../../domain/volume.js';
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
  return infoOf(tx, volume, await tx.bricks.listShownByVolume(id));
}

/** As if each was read alone, in their order, without those that there are not, or not yet. */
export async function readVolumeInfos(tx: ReadTx, ids: readonly Id[]): Promise<readonly VolumeInfo[]> {
  const volumes = new Map((await tx.volumes.listByIds(ids)).map((volume) => [volume.id, volume]));
  const bricks = new Map<Id, Brick[]>(ids.map((id) => [id, []]));
  for (const brick of await tx.bricks.listShownByVolumes(ids)) bricks.get(brick.volumeId)?.push(brick);
  const infos: VolumeInfo[] = [];
  for (const id of ids) {
    const volume = volumes.get(id);
    if (volume && volume.pendingId === null) infos.push(await infoOf(tx, volume, bricks.get(id) ?? []));
  }
  return infos;
}

async function infoOf(tx: ReadTx, volume: Volume, bricks: readonly Brick[]): Promise<VolumeInfo> {
  return volumeInfo(
    volume,
    bricks,
    await tx.nodes.listByCluster(volume.clusterId),
    volume.isBlockHosting ? await tx.blockVolumes.listVisibleIdsByHostingVolume(volume.id) : [],
  );
}
