import type { Handlers } from '../contract/handlers.js';
import type { HandlerDeps } from './deps.js';

export function systemHandlers({ metrics }: HandlerDeps): Pick<Handlers, 'hello' | 'metrics'> {
  return {
    async hello() {
      // gk-deploy compares it literally, without a line end
      return { status: 200, text: 'Hello from Heketi', contentType: 'text/plain; charset=UTF-8' };
    },

    async metrics() {
      const { contentType, pieces } = await metrics.render();
      return { status: 200, pieces, contentType };
    },
  };
}
