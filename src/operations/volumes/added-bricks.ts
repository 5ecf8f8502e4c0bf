import { idNotFound } from '../../domain/errors.js';
import type { Id } from '../../domain/ids.js';
import { gibToKib } from '../../domain/size.js';
import type { Volume } from '../../domain/volume.js';
import type { ReadTx } from '../../store/store.js';
import type { BuildContext } from '../engine/operation.js';
import { NoPlacementError, refuseLongNames } from './choose-placement.js';
import { place, placementRequest, plannedBrick } from './placement.js';
import { snapshotOf } from './placement-snapshot.js';
import { ChangeInProgress, changeInProgress } from './volume-in-change.js';

/** A volume that may be expanded now; refuses one that is changed already. */
export async function expandableVolume(tx: ReadTx, volumeId: Id): Promise<Volume> {
  const volume = await tx.volumes.find(volumeId);
  if (!volume) throw idNotFound();
  // A client that lost the answer asks again: beside an earlier expansion, this one would make the volume too large.
  const busyWith = await changeInProgress(tx, volumeId);
  if (busyWith) throw new ChangeInProgress('conflict', `volume ${volumeId} can't be expanded now.`, busyWith);
  return volume;
}

/** The bricks that `addGib` more would be made of, set by set, in the volume's own cluster; books nothing. */
export async function addedBricks(tx: ReadTx, volume: Volume, addGib: number, operationId: Id, context: BuildContext) {
  const placed = place(await clusterOf(tx, volume, context), await addedRequest(tx, volume, addGib, context));
  if (placed.kind !== 'placed') {
    const { text, explanation, devices } = placed;
    throw new NoPlacementError('volume expansion', explanation ? `${text}\n${explanation}` : text, [
      { clusterId: volume.clusterId, text, explanation, devices },
    ]);
  }
  const sets = placed.sets.map((set) => set.map((brick) => plannedBrick(brick, volume.id, operationId)));
  await refuseLongNames(tx, volume.name, sets.flat(), context.settings);
  return sets;
}

/** What the allocator is asked for. */
export async function addedRequest(tx: ReadTx, volume: Volume, addGib: number, { settings }: BuildContext) {
  const existingBricks = await tx.bricks.countByVolume(volume.id);
  return placementRequest({ ...volume, sizeKib: gibToKib(addGib), existingBricks }, settings);
}

/** The volume's cluster as the allocator sees it. */
export function clusterOf(tx: ReadTx, { clusterId }: Volume, { settings, health }: BuildContext) {
  return snapshotOf(tx, clusterId, health, settings.reserveSpareMetadata);
}
