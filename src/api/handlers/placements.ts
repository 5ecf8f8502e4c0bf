import type { Handlers } from '../contract/handlers.js';
import { blockVolumeRequest } from '../wire/block-volume.js';
import { volumeRequest } from '../wire/volume-request.js';
import { mustBeHealed } from './answers.js';
import type { HandlerDeps } from './deps.js';

type PlacementHandlers = Pick<Handlers, 'placementPlan' | 'placementPlanBlockVolume' | 'placementPlanEvictions'>;

export function placementHandlers({ operations }: HandlerDeps): PlacementHandlers {
  return {
    async placementPlanBlockVolume({ body }) {
      return { status: 200, json: await operations.planBlockVolume(blockVolumeRequest(body)) };
    },

    async placementPlanEvictions({ body }) {
      const { change, id, disks = {}, hostanswers = false } = body;
      const json =
        change === 'reinstate-node'
          ? await operations.planReinstatement(id, disks)
          : await operations.planRemoval(change, id, {
              mustBeHealed: mustBeHealed(body),
              mayHostAnswer: hostanswers,
            });
      return { status: 200, json };
    },

    async placementPlan({ body }) {
      return { status: 200, json: await operations.planVolume(volumeRequest(body)) };
    },
  };
}
