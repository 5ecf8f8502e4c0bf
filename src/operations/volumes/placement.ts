import { placeVolume } from '../../domain/allocator/place-volume.js';
import type { ClusterSnapshot, PlacedBrick, PlacementRequest, PlacementResult } from '../../domain/allocator/types.js';
import { type Brick, brickPath } from '../../domain/brick.js';
import type { Device } from '../../domain/device.js';
import type { Durability } from '../../domain/durability.js';
import { type Id, newId } from '../../domain/ids.js';
import { manageName } from '../../domain/node.js';
import { readPlacementOptions } from '../../domain/volume-options.js';
import type { ReadTx } from '../../store/store.js';
import type { NodeHealth } from '../ports.js';
import type { OperationSettings } from '../settings.js';

/** What placement sees of a cluster now. */
export async function snapshotOf(
  tx: ReadTx,
  clusterId: Id,
  health: NodeHealth,
  withMetadata: boolean,
): Promise<ClusterSnapshot> {
  const nodes = await tx.nodes.listByCluster(clusterId);
  const devices = await tx.devices.listByCluster(clusterId);
  const metadata = withMetadata ? await tx.devices.largestPoolMetadata(clusterId) : null;
  const byNode = new Map<Id, Device[]>();
  for (const device of devices) {
    const ofNode = byNode.get(device.nodeId);
    if (ofNode) ofNode.push(device);
    else byNode.set(device.nodeId, [device]);
  }
  return {
    clusterId,
    nodes: nodes.map((node) => ({
      id: node.id,
      name: manageName(node),
      zone: node.zone,
      state: node.state,
      isUp: health.isUp(manageName(node)),
      tags: node.tags,
      devices: (byNode.get(node.id) ?? []).map((device) => ({
        id: device.id,
        name: device.name,
        state: device.state,
        tags: device.tags,
        totalKib: device.totalKib,
        // Counters that no double holds can't be trusted for placement.
        freeKib: device.exact ? 0 : device.freeKib,
        hasBrokenCounters: device.exact !== undefined,
        extentKib: device.extentKib,
        largestMetadataKib: spareMetadataKib(device, metadata?.get(device.id)),
      })),
    })),
  };
}

/** What LVM keeps for its spare metadata LV; nothing on a device without pools. */
function spareMetadataKib(device: Device, largestOfBricksKib: number | undefined): number {
  return largestOfBricksKib === undefined ? 0 : Math.max(device.spareMetadataKib, largestOfBricksKib);
}

export interface SizedVolume {
  readonly sizeKib: number;
  readonly durability: Durability;
  readonly snapshotFactor: number;
  readonly options: readonly string[] | null;
  readonly existingBricks: number;
}

export function placementRequest(volume: SizedVolume, settings: OperationSettings): PlacementRequest {
  const options = readPlacementOptions(volume.options ?? [], { averageFileKib: settings.averageFileKib });
  return {
    sizeKib: volume.sizeKib,
    durability: volume.durability,
    snapshotFactor: volume.snapshotFactor,
    zoneChecking: options.zoneChecking ?? settings.zoneChecking,
    tagMatch: options.tagMatch,
    // In a disperse set the arbiter's size would be that of a fragment, and all fragments hold as much as the smallest.
    arbiter:
      options.arbiter && volume.durability.type !== 'disperse' ? { averageFileKib: options.averageFileKib } : null,
    limits: settings.limits,
    existingBricks: volume.existingBricks,
    reserveSpareMetadata: settings.reserveSpareMetadata,
  };
}

export function place(snapshot: ClusterSnapshot, request: PlacementRequest): PlacementResult {
  return placeVolume(snapshot, request, newId);
}

/** The record of a brick that has a place and is not made yet. */
export function plannedBrick(placed: PlacedBrick, volumeId: Id, operationId: Id): Brick {
  return {
    id: placed.id,
    volumeId,
    deviceId: placed.deviceId,
    nodeId: placed.nodeId,
    path: brickPath(placed.deviceId, placed.id),
    sizeKib: placed.sizeKib,
    thinPoolKib: placed.thinPoolKib,
    poolMetadataKib: placed.poolMetadataKib,
    thinPool: placed.thinPool,
    lv: '',
    subType: placed.subType,
    pendingId: operationId,
  };
}
