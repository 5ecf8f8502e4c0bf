import { counted } from '../../domain/counted.js';
import { DomainError } from '../../domain/errors.js';
import type { Progress } from '../../domain/pending-operation.js';
import type { Handlers } from '../contract/handlers.js';
import { found } from './answers.js';
import { comparisonEntry } from './comparisons.js';
import type { HandlerDeps } from './deps.js';

/** `3 of 12, moves brick ...`. */
function describeProgress({ done, total, current, healing = [] }: Progress): string {
  const known = healing.flatMap(({ entriesLeft }) => (entriesLeft === null ? [] : [entriesLeft]));
  const entries = known.reduce((sum, left) => sum + left, 0);
  const count = total === null ? `${done} done` : `${done} of ${total}`;
  return [count, current, ...(known.length > 0 ? [`${counted(entries, 'entry', 'entries')} left to heal`] : [])].join(
    ', ',
  );
}

export function queueHandlers({ answers, store, pool }: HandlerDeps): Pick<Handlers, 'queueEntry'> {
  return {
    async queueEntry(request) {
      const { id, gone } = request;
      const comparison = pool.comparisons.find(id);
      if (comparison) return comparisonEntry(comparison, request);
      const { state, error, location, operationId } = found(await answers.fetch(id, gone()));
      if (state === 'pending') {
        const record = operationId === null ? null : await store.read((tx) => tx.operations.find(operationId));
        const progress = record?.progress ? { progress: describeProgress(record.progress) } : {};
        return { status: 200, isPending: true, ...progress };
      }
      if (state === 'failed') throw new DomainError('failed', error || 'The operation failed');
      return location === null ? { status: 204 } : { status: 303, location };
    },
  };
}
