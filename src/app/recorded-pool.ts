import { type Brick, brickLvName, brickThinPoolName } from '../domain/brick.js';
import type { Id } from '../domain/ids.js';
import { manageName, type Node, storageName } from '../domain/node.js';
import type { OperationType } from '../domain/pending-operation.js';
import type { Volume } from '../domain/volume.js';
import { readPlacementOptions } from '../domain/volume-options.js';
import type { RecordedPool } from '../executors/mock/seed-from-records.js';
import type { ReadTx } from '../store/store.js';

/** What the store knows of its hosts: simulated ones inside the server start from it. */
export async function recordedPool(tx: ReadTx): Promise<RecordedPool> {
  const nodes = new Map((await tx.nodes.list()).map((node) => [node.id, node]));
  const unmade = await unmadeObjects(tx);
  const volumes = (await tx.volumes.list()).filter(({ id }) => !unmade.notThere.has(id));
  const gids = new Map(volumes.map((volume) => [volume.id, volume.gid]));
  const bricks = (await tx.bricks.list()).filter(({ id }) => !unmade.notThere.has(id));
  const byVolume = groupByVolume(bricks.filter(({ id }) => !unmade.notServed.has(id)));
  const brickOrder = await glusterOrder(tx);
  const named = (nodeId: Id) => namesOf(nodes.get(nodeId));
  return {
    nodes: [...nodes.values()].map((node) => ({ ...namesOf(node), clusterId: node.clusterId })),
    devices: (await tx.devices.list()).map((device) => ({
      deviceId: device.id,
      path: device.name,
      manageName: named(device.nodeId).manageName,
      totalKib: device.totalKib,
      pvUuid: device.pvUuid,
    })),
    bricks: bricks.map((brick) => ({
      ...brick,
      brickId: brick.id,
      lv: brickLvName(brick),
      thinPool: brickThinPoolName(brick),
      gid: gids.get(brick.volumeId) ?? 0,
      ...named(brick.nodeId),
    })),
    volumes: volumes.map((volume) => recordedVolume(volume, byVolume.get(volume.id) ?? [], brickOrder, named)),
    blockVolumes: await recordedBlockVolumes(tx, volumes, byVolume, named),
  };
}

/**
 * Pending objects are taken as present, but for two that would contradict others: a clone and its bricks, which are
 * copies of the source's until gluster has named them, and a replacement while the brick it replaces is there.
 */
async function unmadeObjects(
  tx: ReadTx,
): Promise<{ readonly notThere: ReadonlySet<Id>; readonly notServed: ReadonlySet<Id> }> {
  const added = async (type: OperationType) =>
    (await tx.operations.listByType(type)).flatMap(({ actions }) =>
      actions.filter(({ change }) => change === 'add-brick' || change === 'add-volume-clone').map(({ id }) => id),
    );
  return { notThere: new Set(await added('clone-volume')), notServed: new Set(await added('evict-brick')) };
}

async function recordedBlockVolumes(
  tx: ReadTx,
  volumes: readonly Volume[],
  bricksByVolume: ReadonlyMap<Id, readonly Brick[]>,
  named: (nodeId: Id) => { readonly storageName: string },
): Promise<NonNullable<RecordedPool['blockVolumes']>> {
  const names = new Map(volumes.map((volume) => [volume.id, volume.name]));
  return (await tx.blockVolumes.list()).flatMap((block) => {
    const hostingVolume = names.get(block.hostingVolumeId);
    const [brick] = bricksByVolume.get(block.hostingVolumeId) ?? [];
    if (hostingVolume === undefined || !brick) return [];
    const { name, password, haCount, sizeGib, iqn } = block;
    const gbid = /:([0-9a-f-]{36})$/.exec(iqn)?.[1] ?? '';
    const { storageName } = named(brick.nodeId);
    return [{ hostingVolume, storageName, name, gbid, password, haCount, sizeGib, hosts: block.hosts }];
  });
}

function recordedVolume(
  volume: Volume,
  bricks: readonly Brick[],
  brickOrder: ReadonlyMap<Id, number>,
  named: (nodeId: Id) => { readonly storageName: string },
): RecordedPool['volumes'][number] {
  return {
    name: volume.name,
    volumeId: volume.id,
    durability: volume.durability,
    isArbiter: readPlacementOptions(volume.options ?? [], { averageFileKib: 0 }).arbiter,
    bricks: [...bricks]
      .sort((a, b) => (brickOrder.get(a.id) ?? 0) - (brickOrder.get(b.id) ?? 0))
      .map((brick) => ({ storageName: named(brick.nodeId).storageName, path: brick.path })),
    options: (volume.options ?? []).filter(Boolean),
  };
}

function groupByVolume(bricks: readonly Brick[]): ReadonlyMap<Id, readonly Brick[]> {
  const groups = new Map<Id, Brick[]>();
  for (const brick of bricks) {
    const group = groups.get(brick.volumeId);
    if (group) group.push(brick);
    else groups.set(brick.volumeId, [brick]);
  }
  return groups;
}

/** Only pending operations know the order in which gluster got the bricks; settled ones are in the order of ids. */
async function glusterOrder(tx: ReadTx): Promise<ReadonlyMap<Id, number>> {
  const order = new Map<Id, number>();
  for (const operation of await tx.operations.list()) {
    operation.actions.forEach((action, i) => {
      order.set(action.id, i);
    });
  }
  return order;
}

function namesOf(node: Node | undefined): { readonly manageName: string; readonly storageName: string } {
  return { manageName: node ? manageName(node) : '', storageName: node ? storageName(node) : '' };
}
