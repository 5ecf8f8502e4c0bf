import type { Handlers } from '../contract/handlers.js';
import { accepted, mustBeHealed } from './answers.js';
import type { HandlerDeps } from './deps.js';

export function brickHandlers({ operations }: HandlerDeps): Pick<Handlers, 'brickEvict'> {
  return {
    brickEvict: ({ by, id, body }) => accepted(operations.evictBrick(by, id, mustBeHealed(body))),
  };
}
