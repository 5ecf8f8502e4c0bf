import { DomainError } from '../../domain/errors.js';
import { type Id, newId } from '../../domain/ids.js';
import { type Action, NEW_RECORD, type PendingOperation } from '../../domain/pending-operation.js';
import type { ReadTx, Tx } from '../../store/store.js';
import { steadyUnixMs } from '../../timing/clocks.js';
import type { IdempotencyRequest, QueueTicket } from '../ports.js';
import type { AnyOperationKind } from './operation.js';

/** What `build` decided: stored before any host is touched. */
export interface Intent {
  readonly actions: readonly Action[];
  /** JSON of whatever no row holds yet. */
  readonly plan: unknown;
  /** See OperationKind.lane. */
  readonly lane: string;
}

export type QueueAnswer = { readonly location: string | null } | { readonly error: string };

export const IDEMPOTENCY_KEY_LIFE_MS = 24 * 3600 * 1000;

/** A kind that looks before it changes anything has touched nothing yet. */
export function newRecord(kind: AnyOperationKind, id: Id, { actions, plan }: Intent): PendingOperation {
  const createdAt = Math.floor(steadyUnixMs() / 1000);
  const record: PendingOperation = { ...NEW_RECORD, id, type: kind.type, createdAt, actions, plan };
  return kind.examine ? { ...record, isUntouched: true } : record;
}

/** A new entry for /queue/{id}, and under the request's key if it has one; answers its id. */
export async function openQueueEntry(tx: Tx, operationId: Id | null, key?: IdempotencyRequest): Promise<Id> {
  const queueId = newId();
  const createdAt = steadyUnixMs();
  await tx.queue.insert({
    id: queueId,
    operationId,
    state: 'pending',
    location: null,
    error: null,
    createdAt,
  });
  if (key) {
    await tx.idempotencyKeys.deleteOlderThan(createdAt - IDEMPOTENCY_KEY_LIFE_MS);
    await tx.idempotencyKeys.insert({ ...key, queueId, createdAt });
  }
  return queueId;
}

/** The queue entry of an earlier request with this key; refuses another request under the same one. */
export async function findRepeated(tx: ReadTx, request: IdempotencyRequest | undefined): Promise<QueueTicket | null> {
  const known = request ? await tx.idempotencyKeys.find(request.key) : null;
  if (!request || !known || known.createdAt < steadyUnixMs() - IDEMPOTENCY_KEY_LIFE_MS) return null;
  if (known.requestHash !== request.requestHash) {
    throw new DomainError(
      'unprocessable',
      `Idempotency-Key ${request.key} was used for another request within the last 24 hours; send a new key with a new request`,
    );
  }
  return { queueId: known.queueId };
}

/** A record that stays remembers the answer, which goes from the queue once it was read. */
export async function answerQueueOf(tx: Tx, operationId: Id, answer: QueueAnswer): Promise<void> {
  const record = await tx.operations.find(operationId);
  if (record?.answered === null)
    await tx.operations.update({ ...record, answered: 'error' in answer ? 'failure' : 'success' });
  const entry = await tx.queue.findByOperation(operationId);
  // A client that gave up, or an operation found in an imported database, has no entry.
  if (entry?.state === 'pending') await answerQueue(tx, entry.id, answer);
}

export async function answerQueue(tx: Tx, queueId: Id, answer: QueueAnswer): Promise<void> {
  const entry = await tx.queue.find(queueId);
  if (!entry) return;
  await tx.queue.update(
    'error' in answer
      ? { ...entry, state: 'failed', error: answer.error }
      : { ...entry, state: 'done', location: answer.location },
  );
}
