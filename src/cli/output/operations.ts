import type { JsonValue } from '../../json/json-value.js';
import { memberOf, type OperationInfo, readInteger } from '../wire.js';
import { lines } from './text.js';

export function formatOperationCounts(counts: JsonValue): string {
  const row = (name: string, key: string): string => `  ${name}: ${readInteger(memberOf(counts, key))}`;
  return lines(
    'Operation Counts:',
    row('Total', 'total'),
    row('In-Flight', 'in_flight'),
    row('New', 'new'),
    row('Failed', 'failed'),
    row('Stale', 'stale'),
  );
}

export function formatOperation(operation: OperationInfo): string {
  return lines(
    '',
    `Id: ${operation.id}`,
    `Type: ${operation.type}`,
    `Status: ${statusName(operation.status)} ${operation.subStatus}`,
    ...copyNote(operation),
    'Changes:',
    ...operation.changes.map((change) => `    ${change.description}: ${change.id}`),
  );
}

function copyNote({ id, copiedAt }: OperationInfo): readonly string[] {
  if (copiedAt === '') return [];
  return [`Restored: from a copy made ${copiedAt}; led out by: heketi-cli server operations cleanup ${id}`];
}

export function formatOperationRow(operation: OperationInfo): string {
  return `Id:${operation.id}  Type:${operation.type}  Status:${statusName(operation.status)} ${operation.subStatus}\n`;
}

function statusName(status: string): string {
  return status === '' ? 'New' : status;
}
