import type { Handlers } from '../contract/handlers.js';
import { HttpError } from '../errors.js';
import type { HandlerDeps } from './deps.js';

export function probeHandlers({ probes, store }: HandlerDeps): Pick<Handlers, 'healthz' | 'readyz'> {
  return {
    async healthz() {
      refuse(await probes.whyUnhealthy());
      const reason = store.refusal();
      const json = reason === null ? ({ changes: 'accepted' } as const) : ({ changes: 'refused', reason } as const);
      return { status: 200, json: { healthy: true, ...json } };
    },

    async readyz() {
      refuse(await probes.whyNotReady());
      return { status: 200, json: { ready: true } };
    },
  };
}

/** Without a time to try again: probes have their own. */
function refuse(why: string | null): void {
  if (why !== null) throw new HttpError(503, why);
}
