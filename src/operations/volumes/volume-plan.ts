import { NO_DEVICES } from '../../domain/allocator/device-refusals.js';
import { largestVolumeGib } from '../../domain/allocator/largest-volume.js';
import type { Brick } from '../../domain/brick.js';
import { type Id, newId } from '../../domain/ids.js';
import { gibToKib } from '../../domain/size.js';
import type { ReadTx } from '../../store/store.js';
import type { BuildContext } from '../engine/operation.js';
import type { PlannedBrick, VolumePlan } from '../ports/placements.js';
import type { VolumeRequest } from '../ports/requests.js';
import { addedBricks, addedRequest, clusterOf, expandableVolume } from './added-bricks.js';
import { choosePlacement, NoPlacementError, optionsOfRequest } from './choose-placement.js';
import { placementRequest } from './placement.js';
import { snapshotOf } from './placement-snapshot.js';
import { takenKib } from './space.js';

/** Where a volume would go now, or why it fits nowhere, and the largest of its kind that would fit. */
export async function planVolume(tx: ReadTx, request: VolumeRequest, context: BuildContext): Promise<VolumePlan> {
  const options = optionsOfRequest(request, context.settings);
  const name = request.name || `vol_${newId()}`;
  const largestGib = await largestOf(tx, request, options, context);
  try {
    const { clusterId, sets } = await choosePlacement(tx, request, name, options, context);
    return { fits: true, clusterId, bricks: await plannedBricks(tx, sets), refusals: [], largestGib };
  } catch (error) {
    return refusedPlan(error, largestGib);
  }
}

/** The same of what would be added to a volume: `largestGib` is what could be added at most. Throws what an expansion does. */
export async function planExpansion(
  tx: ReadTx,
  volumeId: Id,
  addGib: number,
  context: BuildContext,
): Promise<VolumePlan> {
  const volume = await expandableVolume(tx, volumeId);
  const wanted = await addedRequest(tx, volume, addGib, context);
  const largestGib = largestVolumeGib(await clusterOf(tx, volume, context), wanted);
  try {
    const sets = await addedBricks(tx, volume, addGib, '', context);
    return { fits: true, clusterId: volume.clusterId, bricks: await plannedBricks(tx, sets), refusals: [], largestGib };
  } catch (error) {
    return refusedPlan(error, largestGib);
  }
}

type Placed = Pick<Brick, 'deviceId' | 'nodeId' | 'sizeKib' | 'thinPoolKib' | 'poolMetadataKib' | 'subType'>;

async function plannedBricks(tx: ReadTx, sets: readonly (readonly Placed[])[]): Promise<readonly PlannedBrick[]> {
  const taken = new Map<string, number>();
  const bricks: PlannedBrick[] = [];
  for (const [set, placedSet] of sets.entries()) {
    for (const brick of placedSet) {
      const device = await tx.devices.find(brick.deviceId);
      const node = await tx.nodes.find(brick.nodeId);
      const takesKib = takenKib(brick);
      const soFar = (taken.get(brick.deviceId) ?? 0) + takesKib;
      taken.set(brick.deviceId, soFar);
      bricks.push({
        set,
        nodeId: brick.nodeId,
        nodeName: node?.manageNames[0] ?? '',
        zone: node?.zone ?? 0,
        deviceId: brick.deviceId,
        deviceName: device?.name ?? '',
        isArbiter: brick.subType === 'arbiter',
        sizeKib: brick.sizeKib,
        takesKib,
        freeAfterKib: (device?.freeKib ?? 0) - soFar,
      });
    }
  }
  return bricks;
}

/** Why nothing takes it; throws what is no matter of space. */
function refusedPlan(error: unknown, largestGib: number): VolumePlan {
  if (!(error instanceof NoPlacementError)) throw error;
  const refusals =
    error.refusals.length > 0
      ? error.refusals
      : [{ clusterId: '', text: error.message, explanation: '', devices: NO_DEVICES }];
  return { fits: false, clusterId: null, bricks: [], refusals, largestGib };
}

async function largestOf(
  tx: ReadTx,
  request: VolumeRequest,
  options: readonly string[],
  { settings, health }: BuildContext,
): Promise<number> {
  const wanted = placementRequest(
    { ...request, sizeKib: gibToKib(request.sizeGib), options, existingBricks: 0 },
    settings,
  );
  let largest = 0;
  for (const cluster of await tx.clusters.list()) {
    if (request.clusters?.length && !request.clusters.includes(cluster.id)) continue;
    if (!(request.isBlockHosting ? cluster.allowsBlock : cluster.allowsFile)) continue;
    if ((await tx.volumes.countByCluster(cluster.id)) >= settings.maxVolumesPerCluster) continue;
    const snapshot = await snapshotOf(tx, cluster.id, health, settings.reserveSpareMetadata);
    largest = Math.max(largest, largestVolumeGib(snapshot, wanted));
  }
  return largest;
}
