import { idNotFound } from '../../domain/errors.js';
import { newId } from '../../domain/ids.js';
import { tell } from '../../events/tell.js';
import type { Engine } from '../engine/engine.js';
import { ofVolume } from '../engine/event-subjects.js';
import type { EngineContext } from '../engine/operation.js';
import type { Operations } from '../ports/operations.js';
import { blockRestrictionChange } from './block-restriction.js';
import { brickAdoption } from './brick-adoption.js';
import { brickEvict } from './brick-evict.js';
import { volumeClone } from './volume-clone.js';
import { checkVolumeRequest, volumeCreate } from './volume-create.js';
import { volumeDelete } from './volume-delete.js';
import { volumeExpand } from './volume-expand.js';
import { examineVolume } from './volume-health.js';
import { planExpansion, planVolume } from './volume-plan.js';

export type VolumeChanges = Pick<
  Operations,
  | 'createVolume'
  | 'expandVolume'
  | 'cloneVolume'
  | 'deleteVolume'
  | 'claimVolume'
  | 'adoptBricks'
  | 'evictBrick'
  | 'setBlockRestriction'
  | 'planVolume'
  | 'planExpansion'
  | 'checkVolumeHealth'
>;

/** The changes of volumes. */
export function volumeChanges(engine: Engine, context: EngineContext): VolumeChanges {
  const { store, settings } = context;
  return {
    createVolume: (by, request, idempotency) =>
      engine.begin(volumeCreate, { ...request, volumeId: newId() }, by, idempotency),
    expandVolume: (by, volumeId, addGib, fromGib) =>
      engine.begin(volumeExpand, { volumeId, addGib, fromGib: fromGib ?? null }, by),
    cloneVolume: (by, sourceId, name, clientName) =>
      engine.begin(volumeClone, { sourceId, name, clientName: clientName ?? null, cloneId: newId() }, by),
    deleteVolume: (by, id) => engine.begin(volumeDelete, id, by),
    adoptBricks: (by, id) => engine.beginJob(brickAdoption, id, by),
    evictBrick: (by, brickId, mustBeHealed) => engine.begin(brickEvict, { brickId, mustBeHealed }, by),
    setBlockRestriction: (by, volumeId, restriction) =>
      engine.beginJob(blockRestrictionChange, { volumeId, restriction }, by),

    claimVolume: (by, id) =>
      store.write(async (tx) => {
        const volume = await tx.volumes.find(id);
        if (!volume) throw idNotFound();
        await tx.volumes.claim(id);
        await tell(tx, 'volume.claimed', ofVolume(volume), { requestedBy: by });
      }),

    planVolume: (request) =>
      store.read(async (tx) => {
        await checkVolumeRequest(tx, request, settings);
        return planVolume(tx, request, context);
      }),
    planExpansion: (volumeId, addGib) => store.read((tx) => planExpansion(tx, volumeId, addGib, context)),
    checkVolumeHealth: (id) => examineVolume(id, context),
  };
}
