import type { Handlers } from '../contract/handlers.js';
import { volumeRequest } from '../wire/volume-request.js';
import type { HandlerDeps } from './deps.js';

export function placementHandlers({ operations }: HandlerDeps): Pick<Handlers, 'placementPlan'> {
  return {
    async placementPlan({ body }) {
      return { status: 200, json: await operations.planVolume(volumeRequest(body)) };
    },
  };
}
