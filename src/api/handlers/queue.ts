import { DomainError } from '../../domain/errors.js';
import type { Handlers } from '../contract/handlers.js';
import { found } from './answers.js';
import type { HandlerDeps } from './deps.js';

export function queueHandlers({ answers }: HandlerDeps): Pick<Handlers, 'queueEntry'> {
  return {
    async queueEntry({ id, gone }) {
      const { state, error, location } = found(await answers.fetch(id, gone()));
      if (state === 'pending') return { status: 200, isPending: true };
      if (state === 'failed') throw new DomainError('failed', error || 'The operation failed');
      return location === null ? { status: 204 } : { status: 303, location };
    },
  };
}
