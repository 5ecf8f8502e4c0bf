import type { ChangeType, PendingOperation, Progress } from '../../domain/pending-operation.js';
import type { components } from '../contract/openapi.js';

type Schemas = components['schemas'];

const DESCRIPTIONS: Readonly<Record<ChangeType, string>> = {
  unknown: 'Unknown',
  'add-brick': 'Add brick',
  'add-volume': 'Add volume',
  'delete-brick': 'Delete brick',
  'delete-volume': 'Delete volume',
  'expand-volume': 'Expand volume',
  'add-block-volume': 'Add block volume',
  'delete-block-volume': 'Delete block volume',
  'remove-device': 'Remove device',
  'clone-volume': 'Clone volume from',
  'snapshot-volume': 'Snapshot volume',
  'add-volume-clone': 'Expand volume to',
  'child-operation': 'Performing child operation',
  'parent-operation': 'Belongs to parent operation',
  'expand-block-volume': 'Expand block volume',
  'add-node': 'Add node',
  'delete-node': 'Delete node',
  'add-device': 'Add device',
  'delete-device': 'Delete device',
  'remove-node': 'Remove node',
  'lose-node': 'Lose node',
  'forget-node': 'Forget node',
  'reinstate-node': 'Reinstate node',
  'reinstate-device': 'Reinstate device',
  'rejoin-node': 'Take node back into the pool',
  'reinstate-brick': 'Reinstate brick',
  'repair-state': 'Repair what hosts and database disagree about in cluster',
  'restore-mounts': 'Restore mounts of node',
  'adopt-volume': 'Take a volume into the database, of cluster',
  'start-volume': 'Start volume',
  'delete-fstab-line': 'Delete an fstab line of node',
  'remove-unclaimed': 'Remove a logical volume of nobody from device',
};

export function pendingOperation(operation: PendingOperation, isInFlight: boolean): Schemas['PendingOperation'] {
  return {
    id: operation.id,
    type_name: operation.type,
    status: operation.status,
    sub_status: isInFlight ? 'in-flight' : '',
    ...(operation.progress ? { progress: progressOf(operation.progress) } : {}),
  };
}

/** As in the original, `sub_status` is told in lists only. */
export function pendingOperationInfo(operation: PendingOperation): Schemas['PendingOperationInfo'] {
  return {
    ...pendingOperation(operation, false),
    ...(operation.progress ? { progress: { ...progressOf(operation.progress), ...partsOf(operation.progress) } } : {}),
    changes: operation.actions.map(({ id, change }) => ({ id, description: DESCRIPTIONS[change] })),
    ...(operation.retry ? { last_error: operation.retry.error, tries: operation.retry.tries } : {}),
    ...(operation.dueAt === null ? {} : { next_try: new Date(operation.dueAt).toISOString() }),
    ...(operation.copiedAt === undefined ? {} : { copied_at: new Date(operation.copiedAt).toISOString() }),
  };
}

function partsOf({ healing = [], refused = [] }: Progress): Partial<Schemas['OperationProgress']> {
  const shown = healing.map(({ id, volumeId, entriesLeft }) => ({
    id,
    volume: volumeId,
    ...(entriesLeft === null ? {} : { entries: entriesLeft }),
  }));
  return {
    ...(shown.length > 0 ? { healing: shown } : {}),
    ...(refused.length > 0 ? { refused: refused.map(({ id, reason }) => ({ id, reason })) } : {}),
  };
}

function progressOf({ done, total, current, failure, isCancelled }: Progress): Schemas['OperationProgress'] {
  return {
    done,
    ...(total === null ? {} : { total }),
    current,
    ...(failure === null ? {} : { failure }),
    ...(isCancelled ? { cancelled: true } : {}),
  };
}
