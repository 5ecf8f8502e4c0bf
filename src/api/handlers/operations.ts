import { DomainError, ID_NOT_FOUND } from '../../domain/errors.js';
import type { Handlers } from '../contract/handlers.js';
import { pendingOperation, pendingOperationInfo } from '../wire/pending-operation.js';
import { accepted } from './answers.js';
import type { HandlerDeps } from './deps.js';

type OperationHandlers = Pick<
  Handlers,
  | 'operationCounts'
  | 'pendingOperationList'
  | 'pendingOperationInfo'
  | 'pendingOperationCancel'
  | 'pendingOperationCleanup'
>;

export function operationHandlers({ store, operations }: HandlerDeps): OperationHandlers {
  return {
    async operationCounts() {
      const counts = await store.read((tx) => tx.operations.counts());
      return { status: 200, json: { ...counts, in_flight: await operations.inFlight() } };
    },

    async pendingOperationList() {
      const all = await store.read((tx) => tx.operations.list());
      const pendingoperations = all.map((operation) => pendingOperation(operation, operations.isInFlight(operation)));
      return { status: 200, json: { pendingoperations } };
    },

    async pendingOperationInfo({ id }) {
      const operation = await store.read((tx) => tx.operations.find(id));
      if (operation === null) throw new DomainError('not_found', `${ID_NOT_FOUND}: ${id}`);
      return { status: 200, json: pendingOperationInfo(operation) };
    },

    async pendingOperationCancel({ by, id }) {
      await operations.cancel(by, id);
      return { status: 204 };
    },

    pendingOperationCleanup: ({ by, body }) => accepted(operations.cleanUp(by, body.operations ?? [])),
  };
}
