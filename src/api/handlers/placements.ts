import type { Handlers } from '../contract/handlers.js';
import { blockVolumeRequest } from '../wire/block-volume.js';
import { blockVolumePlan, plannedRemoval, volumePlan } from '../wire/placement.js';
import { volumeRequest } from '../wire/volume-request.js';
import { mustBeHealed } from './answers.js';
import type { HandlerDeps } from './deps.js';

type PlacementHandlers = Pick<
  Handlers,
  'placementPlan' | 'placementPlanBlockVolume' | 'placementPlanEvictions' | 'placementPlanExpansion'
>;

export function placementHandlers({ operations }: HandlerDeps): PlacementHandlers {
  return {
    async placementPlanBlockVolume({ body, query }) {
      const plan = await operations.planBlockVolume(blockVolumeRequest(body));
      return { status: 200, json: blockVolumePlan(plan, asksForAll(query())) };
    },

    async placementPlanEvictions({ body, query }) {
      const { change, id, disks = {}, hostanswers = false } = body;
      const plan =
        change === 'reinstate-node'
          ? await operations.planReinstatement(id, disks)
          : await operations.planRemoval(change, id, {
              mustBeHealed: mustBeHealed(body),
              mayHostAnswer: hostanswers,
            });
      return { status: 200, json: plannedRemoval(plan, asksForAll(query())) };
    },

    async placementPlanExpansion({ body, query }) {
      const plan = await operations.planExpansion(body.id, Number(body.expand_size));
      return { status: 200, json: volumePlan(plan, asksForAll(query())) };
    },

    async placementPlan({ body, query }) {
      const plan = await operations.planVolume(volumeRequest(body));
      return { status: 200, json: volumePlan(plan, asksForAll(query())) };
    },
  };
}

function asksForAll(query: URLSearchParams): boolean {
  return query.get('all') === 'true';
}
