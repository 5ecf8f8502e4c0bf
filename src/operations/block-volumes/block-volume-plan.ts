import { freeForBlocksGib, type HostingRefusal } from '../../domain/block-hosting.js';
import { isBusy } from '../../domain/errors.js';
import { usableForBlockGib } from '../../domain/volume.js';
import type { ReadTx } from '../../store/store.js';
import type { BuildContext } from '../engine/operation.js';
import type { BlockVolumePlan, VolumePlan } from '../ports/placements.js';
import type { BlockVolumeRequest } from '../ports/requests.js';
import { NoPlacementError } from '../volumes/choose-placement.js';
import { planVolume } from '../volumes/volume-plan.js';
import { existingHosting, hostingFor, hostingOrder, NoHostingError } from './choose-hosting.js';

const NOTHING = { fits: false, hosting: null, newHosting: null, reason: '', refusals: [] } as const;

/** Where a block volume would go now, or why nowhere, and the largest that would fit. */
export async function planBlockVolume(
  tx: ReadTx,
  request: BlockVolumeRequest,
  context: BuildContext,
): Promise<BlockVolumePlan> {
  const largestGib = await largestOf(tx, request, context);
  try {
    const chosen = await hostingFor(tx, request, request.name, context.settings);
    if ('existing' in chosen) {
      const { id, name, clusterId } = chosen.existing;
      const hosting = { id, name, clusterId, freeGib: freeForBlocksGib(chosen.existing) ?? 0 };
      return { ...NOTHING, fits: true, hosting, largestGib };
    }
    const newHosting = await planVolume(tx, chosen.order, context);
    if (newHosting.fits) return { ...NOTHING, fits: true, newHosting, largestGib };
    const reason = 'the block hosting volume that would be made for it does not fit';
    return { ...NOTHING, newHosting, reason, refusals: chosen.others.refusals, largestGib };
  } catch (error) {
    return { ...NOTHING, ...refusalIn(error), largestGib };
  }
}

function refusalIn(error: unknown): { readonly reason: string; readonly refusals: readonly HostingRefusal[] } {
  if (error instanceof NoHostingError) return { reason: error.reason, refusals: error.refusals };
  if (error instanceof NoPlacementError) return { reason: error.reason, refusals: [] };
  if (isBusy(error))
    return { reason: 'another block hosting volume is being made or deleted; try later', refusals: [] };
  throw error;
}

/** On those that are there, or on one that could be made. */
async function largestOf(tx: ReadTx, request: BlockVolumeRequest, context: BuildContext): Promise<number> {
  const { largestGib } = await existingHosting(tx, request, request.name);
  const { autoCreateBlockHosting, blockHostingSizeGib } = context.settings;
  if (!autoCreateBlockHosting) return largestGib;
  const plan: VolumePlan = await planVolume(tx, hostingOrder(request.clusters, blockHostingSizeGib), context);
  return plan.fits ? Math.max(largestGib, usableForBlockGib(blockHostingSizeGib)) : largestGib;
}
