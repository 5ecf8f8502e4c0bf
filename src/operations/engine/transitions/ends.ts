import { type Id, newId } from '../../../domain/ids.js';
import {
  type Action,
  NEW_RECORD,
  type OperationType,
  type PendingOperation,
} from '../../../domain/pending-operation.js';
import type { Tx } from '../../../store/store.js';
import type { Finalized } from '../operation.js';
import { type Telling, tellDone, tellDropped, tellFailed, tellingOf, tellSuperseded } from '../outcomes.js';
import { nowSeconds } from './now.js';
import { AT_FIRST, without } from './parts.js';
import { answerClientOf } from './queue-entries.js';

// An operation comes to its outcome, or stays for a later try. The event of an outcome is written in the same unit.

/** What a record says of its next try, by what it said before. */
type After = (before: PendingOperation) => Pick<PendingOperation, 'retry' | 'dueAt'>;

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
