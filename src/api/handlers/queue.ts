import { DomainError, idNotFound } from '../../domain/errors.js';
import type { Id } from '../../domain/ids.js';
import type { Handlers } from '../contract/handlers.js';
import { found } from './answers.js';
import type { HandlerDeps } from './deps.js';

export function queueHandlers({ store, log }: HandlerDeps): Pick<Handlers, 'queueEntry'> {
  /** Answered entries whose rows are still there. */
  const answered = new Set<Id>();

  /** Nobody waits for this; a row that outlives the process is answered once more. */
  async function forget(id: Id): Promise<void> {
    answered.add(id);
    try {
      await store.write((tx) => tx.queue.delete(id), { goesAlong: true });
      answered.delete(id);
    } catch (error) {
      log.warn({ queueId: id, err: error }, 'answered queue entry could not be removed');
    }
  }

  return {
    async queueEntry({ id }) {
      const { entry, isKept } = await store.read(async (tx) => {
        const entry = found(await tx.queue.find(id));
        return { entry, isKept: entry.state !== 'pending' && (await tx.idempotencyKeys.refersToQueueEntry(id)) };
      });
      if (entry.state === 'pending') return { status: 200, isPending: true };
      // Of two polls at once only one gets the final answer.
      if (answered.has(id)) throw idNotFound();
      if (!isKept) void forget(id);
      if (entry.state === 'failed') throw new DomainError('failed', entry.error || 'The operation failed');
      return entry.location === null ? { status: 204 } : { status: 303, location: entry.location };
    },
  };
}
