import type { EventDetails, EventType } from '../../domain/event.js';
import type { Id } from '../../domain/ids.js';
import type { OperationType, PendingOperation } from '../../domain/pending-operation.js';
import { tell } from '../../events/tell.js';
import type { Tx } from '../../store/store.js';
import { type About, aboutOf } from './event-subjects.js';

// What events tell of an operation: that it was done or failed, each once, and then what became of what it had left.

/** Null: the unit that builds it does all of it, and tells so. */
const DONE: Readonly<Record<OperationType, EventType | null>> = {
  unknown: 'operation.ended',
  'create-volume': 'volume.created',
  'delete-volume': 'volume.deleted',
  'expand-volume': 'volume.expanded',
  'clone-volume': 'volume.cloned',
  'create-block-volume': 'block-volume.created',
  'delete-block-volume': 'block-volume.deleted',
  'expand-block-volume': 'block-volume.expanded',
  'evict-brick': 'brick.replaced',
  'reinstate-brick': 'brick.reinstated',
  'add-node': 'node.added',
  'delete-node': 'node.deleted',
  'remove-node': 'node.removed',
  'lose-node': 'node.lost',
  'forget-node': 'node.forgotten',
  'reinstate-node': 'node.reinstated',
  'rejoin-node': 'node.rejoined',
  'restore-mounts': 'node.mounts-restored',
  'delete-fstab-line': 'node.fstab-line-deleted',
  'add-device': 'device.added',
  'delete-device': 'device.deleted',
  'remove-device': 'device.removed',
  'reinstate-device': 'device.reinstated',
  'remove-unclaimed': 'device.unclaimed-removed',
  'start-volume': 'volume.started',
  'adopt-volume': null,
  'repair-state': 'state.repaired',
};

/** Both wait for a heal, and then for nothing else. */
const HEALS: readonly OperationType[] = ['evict-brick', 'reinstate-brick'];

/** An operation on its way to an outcome, with what it is about as it was before its rows were changed. */
export interface Telling {
  readonly record: PendingOperation;
  readonly about: About;
}

/** Null when there is no such record. */
export async function tellingOf(tx: Tx, operationId: Id): Promise<Telling | null> {
  const record = await tx.operations.find(operationId);
  return record && { record, about: await aboutOf(tx, record) };
}

/** It is done; `isComplete`: and its record ends. */
export async function tellDone(tx: Tx, telling: Telling, isComplete: boolean): Promise<void> {
  const { record } = telling;
  if (record.told === 'done') {
    if (isComplete) await write(tx, telling, HEALS.includes(record.type) ? 'brick.healed' : 'leftovers.removed', null);
    return;
  }
  const type = DONE[record.type];
  if (type !== null) await write(tx, telling, type, null, { isComplete });
}

/** Its client is told of a failure; `isComplete`: it is taken back, and its record ends. */
export async function tellFailed(tx: Tx, telling: Telling, reason: string, isComplete: boolean): Promise<void> {
  const { told } = telling.record;
  if (told === null) await write(tx, telling, 'operation.failed', reason, { isComplete });
  else if (isComplete) await write(tx, telling, told === 'done' ? 'leftovers.removed' : 'operation.undone', null);
}

/** A later request takes its place. */
export async function tellSuperseded(tx: Tx, telling: Telling, reason: string): Promise<void> {
  await write(tx, telling, 'operation.superseded', reason);
}

/** What it was about is given up, and its record ends with it. */
export async function tellDropped(tx: Tx, telling: Telling): Promise<void> {
  await write(tx, telling, telling.record.told === 'done' ? 'leftovers.dropped' : 'operation.ended', null);
}

function write(
  tx: Tx,
  { record, about }: Telling,
  type: EventType,
  reason: string | null,
  details: EventDetails = {},
): Promise<void> {
  const { id, type: operationType, requestedBy } = record;
  return tell(tx, type, about.subject, {
    operation: { id, type: operationType },
    requestedBy,
    reason,
    details: { ...about.details, ...details },
  });
}
