import type { ChangeType, PendingOperation, Retry } from '../../domain/pending-operation.js';
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
};

export function pendingOperation(operation: PendingOperation, isInFlight: boolean): Schemas['PendingOperation'] {
  return {
    id: operation.id,
    type_name: operation.type,
    status: operation.status,
    sub_status: isInFlight ? 'in-flight' : '',
  };
}

/** As in the original, `sub_status` is told in lists only. */
export function pendingOperationInfo(operation: PendingOperation): Schemas['PendingOperationInfo'] {
  return {
    ...pendingOperation(operation, false),
    changes: operation.actions.map(({ id, change }) => ({ id, description: DESCRIPTIONS[change] })),
    ...(operation.retry ? retryFields(operation.retry) : {}),
    ...(operation.copiedAt === undefined ? {} : { copied_at: new Date(operation.copiedAt).toISOString() }),
  };
}

function retryFields({ error, tries, dueAt }: Retry) {
  return { last_error: error, tries, ...(dueAt === null ? {} : { next_try: new Date(dueAt).toISOString() }) };
}
