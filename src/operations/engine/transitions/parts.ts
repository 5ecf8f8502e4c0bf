import type { Id } from '../../../domain/ids.js';
import type { PendingOperation, Progress, RefusedPart } from '../../../domain/pending-operation.js';
import type { Tx } from '../../../store/store.js';
import type { AnyKind, Intent } from '../operation.js';
import { newRecord } from './beginnings.js';

// How far a sequence is: its parts begin, are refused or waited for, and it is cancelled.

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

export const AT_FIRST: Progress = { done: 0, total: null, current: '', failure: null, isCancelled: false };

function progressed({ progress }: PendingOperation, step: Step): Progress {
  const refused = progress?.refused ? { refused: progress.refused } : {};
  return { ...step, failure: null, isCancelled: progress?.isCancelled ?? false, ...refused };
}

/** What was planned to follow it may not hold without it. */
export function without({ planned: _, ...progress }: Progress, part: RefusedPart): Progress {
  return { ...progress, refused: [...(progress.refused ?? []), part] };
}
