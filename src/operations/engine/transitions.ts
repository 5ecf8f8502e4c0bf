import { DomainError } from '../../domain/errors.js';
import { type EventSubject, SERVER } from '../../domain/event.js';
import { type Id, newId } from '../../domain/ids.js';
import {
  type Action,
  NEW_RECORD,
  type OperationType,
  type PendingOperation,
  type Progress,
  type RefusedPart,
} from '../../domain/pending-operation.js';
import type { Requester } from '../../domain/requester.js';
import { tell } from '../../events/tell.js';
import type { ReadTx, Tx } from '../../store/store.js';
import { steadyUnixMs } from '../../timing/clocks.js';
import type { QueueTicket } from '../ports/queue.js';
import type { IdempotencyRequest } from '../ports/requests.js';
import type { AnyKind, Finalized, Intent } from './operation.js';
import { type Telling, tellDone, tellDropped, tellFailed, tellingOf, tellSuperseded } from './outcomes.js';

// What becomes of an operation's record and of those who wait for its end. Nothing else writes records and answers
// (an import aside, which brings its own), so whatever follows from a transition hooks in here: its event does. Each is
// called in the unit of work that makes it true.

export const IDEMPOTENCY_KEY_LIFE_MS = 24 * 3600 * 1000;

const INTERRUPTED_JOB = 'the server was restarted before this request was done; send it again';

/** What a client gets at /queue. */
export type Answer = { readonly location: string | null } | { readonly error: string };

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

/** What a record says of its next try, by what it said before. */
type After = (before: PendingOperation) => Pick<PendingOperation, 'retry' | 'dueAt'>;

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
function newRecord(kind: Recorded, id: Id, { actions, plan }: Omit<Intent, 'lane'>): PendingOperation {
  const record: PendingOperation = { ...NEW_RECORD, id, type: kind.type, createdAt: nowSeconds(), actions, plan };
  return kind.examine ? { ...record, isUntouched: true } : record;
}

/** A part of a sequence begins; null, and nothing is recorded, when somebody has cancelled that meanwhile. */
export async function beginPart(
  tx: Tx,
  { kind, id, build }: { readonly kind: AnyKind; readonly id: Id; readonly build: () => Promise<Intent> },
  parentId: Id,
  { step, about }: { readonly step: Step; readonly about?: Id },
): Promise<Intent | null> {
  const parent = await tx.operations.find(parentId);
  if (!parent || parent.progress?.isCancelled) return null;
  const intent = await build();
  await tx.operations.insert({
    ...newRecord(kind, id, intent),
    origin: 'sequence',
    parentId,
    requestedBy: parent.requestedBy,
  });
  const progress = { ...progressed(parent, step), ...(about === undefined ? {} : { about }) };
  await tx.operations.update({ ...parent, ...RUNNING, progress, dueAt: null });
  return intent;
}

/** A part of a sequence was refused before it began, and the sequence goes on without it. */
export async function refusePart(tx: Tx, id: Id, step: Step, refused: RefusedPart): Promise<void> {
  const record = await tx.operations.find(id);
  if (record)
    await tx.operations.update({ ...record, ...RUNNING, progress: without(progressed(record, step), refused) });
}

/** Parts of a sequence that hosts could not be asked about are tried again with it. */
export async function forgetUnknown(tx: Tx, id: Id): Promise<void> {
  const record = await tx.operations.find(id);
  const refused = record?.progress?.refused;
  if (record?.progress && refused?.some(({ isUnknown }) => isUnknown))
    await tx.operations.update({
      ...record,
      progress: { ...record.progress, refused: refused.filter(({ isUnknown }) => !isUnknown) },
    });
}

/** A sequence waits until `dueAt` (Unix milliseconds); false, and it does not, when somebody has cancelled it meanwhile. */
export async function wait(tx: Tx, id: Id, step: Step, dueAt: number): Promise<boolean> {
  const record = await tx.operations.find(id);
  if (!record || record.progress?.isCancelled) return false;
  await tx.operations.update({ ...record, ...RUNNING, progress: progressed(record, step), dueAt });
  return true;
}

/** Of a sequence that goes on in this process, whichever began it. */
const RUNNING = { status: '', retry: null } as const;

/** No further part of the sequence begins. Its wait, if it waits, is over. */
export async function cancel(tx: Tx, id: Id): Promise<void> {
  const record = await tx.operations.find(id);
  if (!record) return;
  const progress = { ...(record.progress ?? AT_FIRST), isCancelled: true };
  await tx.operations.update({ ...record, progress, dueAt: isSequenceWaiting(record) ? 0 : record.dueAt });
}

/** In this process: one that was interrupted is stale until somebody goes on with it. */
export function isSequenceWaiting({ status, retry, dueAt, copiedAt }: PendingOperation): boolean {
  return status === '' && retry === null && dueAt !== null && copiedAt === undefined;
}

/** Where a sequence is, as its kind tells. */
export type Step = Pick<Progress, 'done' | 'total' | 'current' | 'healing' | 'tried' | 'planned'>;

const AT_FIRST: Progress = { done: 0, total: null, current: '', failure: null, isCancelled: false };

function progressed({ progress }: PendingOperation, step: Step): Progress {
  const refused = progress?.refused ? { refused: progress.refused } : {};
  return { ...step, failure: null, isCancelled: progress?.isCancelled ?? false, ...refused };
}

/** What was planned to follow it may not hold without it. */
function without({ planned: _, ...progress }: Progress, part: RefusedPart): Progress {
  return { ...progress, refused: [...(progress.refused ?? []), part] };
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

/** Before rows are changed in the unit of an outcome: what it is about. */
export async function approachOutcome(tx: Tx, id: Id): Promise<Telling> {
  const telling = await tellingOf(tx, id);
  if (!telling) throw new Error(`there is no operation ${id} to come to an outcome`);
  return telling;
}

/**
 * It is done, but for what `remaining` names, for which nobody waits, no sequence either. Answers whether the record has
 * ended.
 */
export async function succeed(
  tx: Tx,
  telling: Telling,
  { location, remaining = [] }: Finalized,
  later: After,
): Promise<boolean> {
  const { id } = telling.record;
  await tellDone(tx, telling, remaining.length === 0);
  const record = remaining.length > 0 ? await tx.operations.find(id) : null;
  if (record)
    await tx.operations.update({
      ...record,
      status: 'failed',
      actions: remaining,
      told: 'done',
      answered: record.answered ?? 'success',
      ...(record.parentId === null ? {} : { origin: 'leftover', parentId: null }),
      ...later(record),
    });
  else await tx.operations.delete(id);
  await answerClientOf(tx, id, { location });
  return record === null;
}

export interface TakenBack {
  readonly keeps?: object | undefined;
  /** What its client is told. */
  readonly error: string;
  /** Its process died: nothing is known to be wrong with it. */
  readonly isInterrupted: boolean;
  readonly later: After;
}

/**
 * It is undone, and its rows are taken back; its client is told why. With `keeps` the record stays, until hosts have
 * nothing of it any more.
 */
export async function takeBack(
  tx: Tx,
  telling: Telling,
  { keeps, error, isInterrupted, later }: TakenBack,
): Promise<void> {
  const { id } = telling.record;
  await tellFailed(tx, telling, error, !keeps);
  const record = keeps ? await tx.operations.find(id) : null;
  if (record)
    await tx.operations.update({
      ...record,
      status: 'failed',
      plan: { ...(record.plan as object | null), ...keeps },
      told: record.told ?? 'failed',
      answered: record.answered ?? 'failure',
      ...later(record),
    });
  else await end(tx, id, isInterrupted ? null : error);
  await answerClientOf(tx, id, { error });
}

/** A sequence learns why its part failed. One that was cut short by the end of a server has not: it is made anew. */
async function end(tx: Tx, id: Id, failure: string | null): Promise<void> {
  const parentId = (await tx.operations.find(id))?.parentId ?? null;
  await tx.operations.delete(id);
  const parent = parentId === null ? null : await tx.operations.find(parentId);
  if (!parent) return;
  const { about, planned: _, ...progress } = parent.progress ?? AT_FIRST;
  const isPassedOver = failure !== null && about !== undefined;
  await tx.operations.update({
    ...parent,
    progress: isPassedOver ? without(progress, { id: about, reason: failure }) : { ...progress, failure },
  });
}

/** It is tried again later. */
export async function postpone(tx: Tx, id: Id, later: After): Promise<void> {
  const record = await tx.operations.find(id);
  if (record) await tx.operations.update({ ...record, ...later(record) });
}

/** It could not be led out now. `error`: what its client is told, for good; null while it may still succeed. */
export async function keep(tx: Tx, id: Id, error: string | null, later: After): Promise<void> {
  const telling = await tellingOf(tx, id);
  if (!telling) return;
  const { record } = telling;
  if (error !== null) await tellFailed(tx, telling, error, false);
  await tx.operations.update({
    ...record,
    ...later(record),
    ...(error === null
      ? {}
      : { status: 'failed', told: record.told ?? 'failed', answered: record.answered ?? 'failure' }),
  });
  if (error !== null) await answerClientOf(tx, id, { error });
}

/** Something is left that no operation is about any more: it gets a record of its own. */
export async function park(
  tx: Tx,
  type: OperationType,
  actions: readonly Action[],
  plan: object,
): Promise<PendingOperation> {
  const id = newId();
  const createdAt = nowSeconds();
  const record: PendingOperation = {
    ...NEW_RECORD,
    id,
    type,
    status: 'failed',
    origin: 'leftover',
    told: 'done',
    createdAt,
    actions,
    plan,
  };
  await tx.operations.insert(record);
  return record;
}

/** These objects are given up: a record that is about nothing else ends. */
export async function dropActions(tx: Tx, id: Id, isDropped: (action: Action) => boolean): Promise<void> {
  const telling = await tellingOf(tx, id);
  if (!telling) return;
  const { record } = telling;
  const actions = record.actions.filter((action) => !isDropped(action));
  if (actions.length > 0) return tx.operations.update({ ...record, actions });
  await tellDropped(tx, telling);
  await tx.operations.delete(id);
}

/** A later request takes its place; `error` is what its client is told. */
export async function supersede(tx: Tx, id: Id, error: string): Promise<void> {
  const telling = await tellingOf(tx, id);
  if (telling) await tellSuperseded(tx, telling, error);
  await tx.operations.delete(id);
  await answerClientOf(tx, id, { error });
}

/** Nobody in this process works on these. */
export function markStale(tx: Tx, ids: readonly Id[]): Promise<void> {
  return tx.operations.setStatus(ids, 'stale');
}

/**
 * At a start: what is pending was begun by a process that is gone. Its records become stale, for the cleaner; jobs
 * without a record get their final answer now, since nobody else will give it. `isShared`: what other servers have accepted
 * and none has begun stays as it is. Answers the number of records.
 */
export async function interruptAll(tx: Tx, isShared: boolean): Promise<number> {
  const operations = await tx.operations.list();
  const ids = operations.filter((operation) => !(isShared && isLeftToAnybody(operation))).map(({ id }) => id);
  await markStale(tx, ids);
  for (const { id, operationId } of await tx.queue.listPending()) {
    if (operationId && (await tx.operations.find(operationId))) continue;
    await failJob(tx, id, { request: '', subject: SERVER, by: null, error: INTERRUPTED_JOB });
  }
  return ids.length;
}

/** Accepted on a database that servers share, and begun by none. */
export function isLeftToAnybody({ isUntouched, status, parentId, copiedAt }: PendingOperation): boolean {
  return isUntouched === true && status === '' && parentId === null && copiedAt === undefined;
}

/** At a start on a restored copy: what is pending was in flight when it was made (Unix milliseconds). */
export function markCopied(tx: Tx, at: number): Promise<void> {
  return tx.operations.markCopied(at);
}

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
async function answerClientOf(tx: Tx, operationId: Id, answer: Answer): Promise<void> {
  const entry = await tx.queue.findByOperation(operationId);
  if (entry?.state === 'pending') await answerJob(tx, entry.id, answer);
}

/** A new entry for /queue/{id}, and under the request's key if it has one. */
async function openQueueEntry(tx: Tx, operationId: Id | null, key?: IdempotencyRequest): Promise<Id> {
  const queueId = newId();
  const createdAt = steadyUnixMs();
  await tx.queue.insert({ id: queueId, operationId, state: 'pending', location: null, error: null, createdAt });
  if (key) {
    await tx.idempotencyKeys.deleteOlderThan(createdAt - IDEMPOTENCY_KEY_LIFE_MS);
    await tx.idempotencyKeys.insert({ ...key, queueId, createdAt });
  }
  return queueId;
}

function nowSeconds(): number {
  return Math.floor(steadyUnixMs() / 1000);
}
