import type { Id } from '../../src/domain/ids.js';
import type { Next, SequenceKind } from '../../src/operations/engine/sequence.js';
import { Gate } from './gate.js';

/** A sequence without parts that answers what `next` does; `ended` is opened when it ends. */
export function asking(next: (id: Id) => Promise<Next>, ended = new Gate()): SequenceKind<Id, { readonly id: Id }> {
  return {
    type: 'remove-node',
    build: async (_tx, _operationId, id) => ({
      actions: [{ change: 'remove-node', id, delta: null }],
      plan: null,
    }),
    load: async (_tx, { actions }) => ({ id: actions[0]?.id ?? '' }),
    next: ({ id }) => next(id),
    finalize: async () => {
      ended.open();
      return '/ended';
    },
  };
}
