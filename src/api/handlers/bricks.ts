import type { Handlers } from '../contract/handlers.js';
import { notYet } from './answers.js';

export function brickHandlers(): Pick<Handlers, 'brickEvict'> {
  return {
    async brickEvict() {
      return notYet('move a single brick to another device');
    },
  };
}
