import type { Id } from '../../domain/ids.js';
import type { OperationStatus, OperationType, PendingOperation } from '../../domain/pending-operation.js';
import type { QueueEntry } from '../../domain/queue-entry.js';

export interface OperationRows {
  find(id: Id): Promise<PendingOperation | null>;
  list(): Promise<readonly PendingOperation[]>;
  /** Operations one of whose actions names this object (brick, volume, device, node). */
  listByObject(objectId: Id): Promise<readonly PendingOperation[]>;
  counts(): Promise<{ readonly total: number; readonly new: number; readonly stale: number; readonly failed: number }>;
  insert(operation: PendingOperation): Promise<void>;
  /** Replaces status, actions, plan and the notes of how far it came. */
  update(operation: PendingOperation): Promise<void>;
  setStatus(ids: readonly Id[], status: OperationStatus): Promise<void>;
  /** Notes that hosts are changed for it from now on. */
  markTouched(id: Id): Promise<void>;
  /** Notes that an undo begins; `update` with a new intent takes the note back. */
  markUndoing(id: Id): Promise<void>;
  /** Notes of all operations that have no such note that they were in flight when the copy was taken. */
  markCopied(at: number): Promise<void>;
  delete(id: Id): Promise<void>;
  listByType(type: OperationType): Promise<readonly PendingOperation[]>;
  /** Without a status, and untouched, or due by now (Unix milliseconds) without a try in vain. */
  listToGoOn(now: number): Promise<readonly PendingOperation[]>;
  /** Of those without a status that are no parts of a sequence. */
  countNewByType(): Promise<ReadonlyMap<OperationType, number>>;
  /** The parts of a sequence that have not ended. */
  listByParent(parentId: Id): Promise<readonly PendingOperation[]>;
}

export interface QueueRows {
  find(id: Id): Promise<QueueEntry | null>;
  listPending(): Promise<readonly QueueEntry[]>;
  findByOperation(operationId: Id): Promise<QueueEntry | null>;
  insert(entry: QueueEntry): Promise<void>;
  update(entry: QueueEntry): Promise<void>;
  /** Ids of those that were answered at this time (Unix milliseconds) or later. */
  listAnsweredSince(answeredAt: number): Promise<readonly Id[]>;
  /** Answers given before this time (Unix milliseconds), without those that an idempotency key refers to. */
  deleteAnsweredBefore(answeredAt: number): Promise<void>;
  /** Answers given before `first` or after `last` count as given then (Unix milliseconds). */
  boundAnswered(first: number, last: number): Promise<void>;
  /** Deleting a missing entry is no error: its answer has been read. */
  delete(id: Id): Promise<void>;
}

export interface IdempotencyKey {
  readonly key: string;
  /** SHA-256 of method, path and body of the request that came first. */
  readonly requestHash: string;
  readonly queueId: Id;
  /** Unix milliseconds. */
  readonly createdAt: number;
}

export interface IdempotencyKeyRows {
  find(key: string): Promise<IdempotencyKey | null>;
  insert(key: IdempotencyKey): Promise<void>;
  /** True while a key may be answered with this queue entry again, which must then outlive its first reading. */
  refersToQueueEntry(queueId: Id): Promise<boolean>;
  /** With the final answers that were kept for them. */
  deleteOlderThan(createdAt: number): Promise<void>;
  /** Keys made before `first` or after `last` count as made then (Unix milliseconds). */
  boundCreated(first: number, last: number): Promise<void>;
}
