import { DomainError } from '../../domain/errors.js';
import type { Handlers } from '../contract/handlers.js';
import { found } from './answers.js';
import type { HandlerDeps } from './deps.js';

export function queueHandlers({ store }: HandlerDeps): Pick<Handlers, 'queueEntry'> {
  return {
    async queueEntry({ id }) {
      const seen = found(await store.read((tx) => tx.queue.find(id)));
      if (seen.state === 'pending') return { status: 200, isPending: true };
      // Read again in the unit that deletes it: of two polls at once only one gets the final answer.
      const entry = await store.write(async (tx) => {
        const final = found(await tx.queue.find(id));
        if (!(await tx.idempotencyKeys.refersToQueueEntry(id))) await tx.queue.delete(id);
        return final;
      });
      if (entry.state === 'failed') throw new DomainError('failed', entry.error || 'The operation failed');
      return entry.location === null ? { status: 204 } : { status: 303, location: entry.location };
    },
  };
}
