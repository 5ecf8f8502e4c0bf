import type { Handlers } from '../contract/handlers.js';
import type { HandlerDeps } from './deps.js';

export function adminHandlers({ admin }: HandlerDeps): Pick<Handlers, 'adminState' | 'adminStateSet'> {
  return {
    async adminState() {
      return { status: 200, json: { state: admin.get() } };
    },

    async adminStateSet({ body }) {
      admin.set(body.state);
      return { status: 204 };
    },
  };
}
