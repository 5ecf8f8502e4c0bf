import { newId } from '../../domain/ids.js';
import type { Engine } from '../engine/engine.js';
import type { EngineContext } from '../engine/operation.js';
import type { Operations } from '../ports/operations.js';
import { refuseUnknownClusters } from '../volumes/volume-create.js';
import { blockVolumeCreate } from './block-volume-create.js';
import { blockVolumeDelete } from './block-volume-delete.js';
import { blockVolumeExpand } from './block-volume-expand.js';
import { planBlockVolume } from './block-volume-plan.js';

export type BlockVolumeChanges = Pick<
  Operations,
  'createBlockVolume' | 'expandBlockVolume' | 'deleteBlockVolume' | 'planBlockVolume'
>;

/** The changes of block volumes. */
export function blockVolumeChanges(engine: Engine, context: EngineContext): BlockVolumeChanges {
  return {
    createBlockVolume: (by, request) => engine.begin(blockVolumeCreate, { ...request, blockVolumeId: newId() }, by),
    expandBlockVolume: (by, blockVolumeId, sizeGib) => engine.begin(blockVolumeExpand, { blockVolumeId, sizeGib }, by),
    deleteBlockVolume: (by, id) => engine.begin(blockVolumeDelete, id, by),

    planBlockVolume: (request) =>
      context.store.read(async (tx) => {
        await refuseUnknownClusters(tx, request.clusters);
        return planBlockVolume(tx, request, context);
      }),
  };
}
