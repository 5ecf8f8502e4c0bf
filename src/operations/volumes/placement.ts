import { placeVolume } from '../../domain/allocator/place-volume.js';
import type { ClusterSnapshot, PlacedBrick, PlacementRequest, PlacementResult } from '../../domain/allocator/types.js';
import { type Brick, brickPath } from '../../domain/brick.js';
import type { Durability } from '../../domain/durability.js';
import { type Id, newId } from '../../domain/ids.js';
import { readPlacementOptions } from '../../domain/volume-options.js';
import type { OperationSettings } from '../settings.js';

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
