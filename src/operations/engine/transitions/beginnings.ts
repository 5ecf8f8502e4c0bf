import type { Id } from '../../../domain/ids.js';
import { NEW_RECORD, type PendingOperation } from '../../../domain/pending-operation.js';
import type { Requester } from '../../../domain/requester.js';
import type { Tx } from '../../../store/store.js';
import type { IdempotencyRequest } from '../../ports/requests.js';
import type { AnyKind, Intent } from '../operation.js';
import { nowSeconds } from './now.js';
import { openQueueEntry } from './queue-entries.js';

// An operation is accepted, tried anew, and goes from one stage to the next: each is on disk before hosts are touched for it.
// As all transitions, these are called in the unit of work that makes them true.

export interface Accepted {
  readonly by: Requester | null;
  readonly idempotency?: IdempotencyRequest | undefined;
  /**
   * It is begun by whichever server works on hosts: the record says that none has, and of a kind that may be tried anew what
   * was asked for. Undefined: by this process.
   */
  readonly forAnybody?: { readonly request: unknown } | undefined;
}

/** What a record says of its kind. */
type Recorded = Pick<AnyKind, 'type' | 'examine'>;

/** A request is accepted: nothing of it is on hosts before this is on disk. Answers the id of its entry in the queue. */
export async function begin(
  tx: Tx,
  kind: Recorded,
  id: Id,
  intent: Omit<Intent, 'lane'>,
  { by, idempotency, forAnybody }: Accepted,
): Promise<Id> {
  const record = newRecord(kind, id, intent);
  await tx.operations.insert({ ...record, ...(forAnybody && left(record, forAnybody.request)), requestedBy: by });
  return openQueueEntry(tx, id, idempotency);
}

function left({ plan }: PendingOperation, request: unknown): Pick<PendingOperation, 'isUntouched' | 'plan'> {
  return { isUntouched: true, plan: request === undefined ? plan : { ...(plan as object | null), request } };
}

/** What was asked for, of a record that another server has accepted; undefined: it is not to be tried anew. */
export function requestIn({ plan }: PendingOperation): unknown {
  return plan === null ? undefined : (plan as { readonly request?: unknown }).request;
}

/** What was taken back is tried anew, with another build; whose it is stays. */
export async function beginAgain(tx: Tx, kind: AnyKind, id: Id, intent: Intent): Promise<void> {
  const before = await tx.operations.find(id);
  if (!before) throw new Error(`there is no operation ${id} to try anew`);
  const { createdAt, requestedBy, origin, parentId, told } = before;
  await tx.operations.update({ ...newRecord(kind, id, intent), createdAt, requestedBy, origin, parentId, told });
}

/** A kind that looks before it changes anything has touched nothing yet. */
export function newRecord(kind: Recorded, id: Id, { actions, plan }: Omit<Intent, 'lane'>): PendingOperation {
  const record: PendingOperation = { ...NEW_RECORD, id, type: kind.type, createdAt: nowSeconds(), actions, plan };
  return kind.examine ? { ...record, isUntouched: true } : record;
}

/** From now on hosts are changed for it. */
export function markBegun(tx: Tx, id: Id): Promise<void> {
  return tx.operations.markTouched(id);
}

/** From now on nothing but the end of its undo leads out. */
export function beginUndoing(tx: Tx, id: Id): Promise<void> {
  return tx.operations.markUndoing(id);
}

/** What whoever goes on has to know. */
export async function note(tx: Tx, id: Id, notes: object): Promise<void> {
  const record = await tx.operations.find(id);
  if (record) await tx.operations.update({ ...record, plan: { ...(record.plan as object | null), ...notes } });
}

/** Accepted on a database that servers share, and begun by none. */
export function isLeftToAnybody({ isUntouched, status, parentId, copiedAt }: PendingOperation): boolean {
  return isUntouched === true && status === '' && parentId === null && copiedAt === undefined;
}
