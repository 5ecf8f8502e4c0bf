import { NO_DEVICES } from '../../domain/allocator/device-refusals.js';
import { largestVolumeGib } from '../../domain/allocator/largest-volume.js';
import { newId } from '../../domain/ids.js';
import { gibToKib } from '../../domain/size.js';
import type { ReadTx } from '../../store/store.js';
import type { BuildContext } from '../engine/operation.js';
import type { PlannedBrick, VolumePlan } from '../ports/placements.js';
import type { VolumeRequest } from '../ports/requests.js';
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
    return { fits: true, clusterId, bricks, refusals: [], largestGib };
  } catch (error) {
    if (!(error instanceof NoPlacementError)) throw error;
    const refusals =
      error.refusals.length > 0
        ? error.refusals
        : [{ clusterId: '', text: error.message, explanation: '', devices: NO_DEVICES }];
    return { fits: false, clusterId: null, bricks: [], refusals, largestGib };
  }
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
