import { DomainError } from '../../../domain/errors.js';
import type { EventSubject } from '../../../domain/event.js';
import { type Id, newId } from '../../../domain/ids.js';
import type { Requester } from '../../../domain/requester.js';
import { tell } from '../../../events/tell.js';
import type { ReadTx, Tx } from '../../../store/store.js';
import { steadyUnixMs } from '../../../timing/clocks.js';
import type { QueueTicket } from '../../ports/queue.js';
import type { IdempotencyRequest } from '../../ports/requests.js';

// What a client reads at /queue/{id}, and the requests that it repeats under one key.

export const IDEMPOTENCY_KEY_LIFE_MS = 24 * 3600 * 1000;

/** What a client gets at /queue. */
export type Answer = { readonly location: string | null } | { readonly error: string };

/** Work without a record is accepted; answers the id of its entry in the queue. */
export function beginJob(tx: Tx): Promise<Id> {
  return openQueueEntry(tx, null);
}

export async function answerJob(tx: Tx, queueId: Id, answer: Answer): Promise<void> {
  const entry = await tx.queue.find(queueId);
  if (!entry) return;
  await tx.queue.update(
    'error' in answer
      ? { ...entry, state: 'failed', error: answer.error }
      : { ...entry, state: 'done', location: answer.location },
  );
}

export interface FailedJob {
  /** Its name; '' where nobody knows any more what it was. */
  readonly request: string;
  readonly subject: EventSubject;
  readonly by: Requester | null;
  readonly error: string;
}

export async function failJob(tx: Tx, queueId: Id, { request, subject, by, error }: FailedJob): Promise<void> {
  const details = request === '' ? {} : { request };
  await tell(tx, 'request.failed', subject, { requestedBy: by, reason: error, details });
  await answerJob(tx, queueId, { error });
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

/** A client that gave up, or one of the original, has no entry. */
export async function answerClientOf(tx: Tx, operationId: Id, answer: Answer): Promise<void> {
  const entry = await tx.queue.findByOperation(operationId);
  if (entry?.state === 'pending') await answerJob(tx, entry.id, answer);
}

/** A new entry for /queue/{id}, and under the request's key if it has one. */
export async function openQueueEntry(tx: Tx, operationId: Id | null, key?: IdempotencyRequest): Promise<Id> {
  const queueId = newId();
  const createdAt = steadyUnixMs();
  await tx.queue.insert({ id: queueId, operationId, state: 'pending', location: null, error: null, createdAt });
  if (key) {
    await tx.idempotencyKeys.deleteOlderThan(createdAt - IDEMPOTENCY_KEY_LIFE_MS);
    await tx.idempotencyKeys.insert({ ...key, queueId, createdAt });
  }
  return queueId;
}
