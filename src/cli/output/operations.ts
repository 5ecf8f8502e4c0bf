import { memberOf, type OperationInfo, type OperationProgress, readInteger } from '../../client/wire.js';
import type { JsonValue } from '../../json/json-value.js';
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
    ...progressLines(operation),
    'Changes:',
    ...operation.changes.map((change) => `    ${change.description}: ${change.id}`),
  );
}

function copyNote({ id, copiedAt }: OperationInfo): readonly string[] {
  if (copiedAt === '') return [];
  return [`Restored: from a copy made ${copiedAt}; led out by: heketi-cli server operations cleanup ${id}`];
}

export function formatOperationRow({ id, type, status, subStatus, progress }: OperationInfo): string {
  const row = `Id:${id}  Type:${type}  Status:${statusName(status)} ${subStatus}`;
  return progress ? `${row}  Progress:${describeProgress(progress)}\n` : `${row}\n`;
}

function progressLines({ progress }: OperationInfo): readonly string[] {
  if (!progress) return [];
  const failure = progress.failure === '' ? [] : [`Last part failed: ${progress.failure}`];
  const healing = progress.healing.map(
    ({ id, volume, entries }) =>
      `    brick ${id} of volume ${volume}: ${entries === null ? 'not known' : `${entries} left`}`,
  );
  const refused = progress.refused.map(
    ({ id, reason }) => `    ${partName(id)}: ${reason.replaceAll('\n', '\n      ')}`,
  );
  return [
    `Progress: ${describeProgress(progress)}`,
    ...failure,
    ...under('Entries to heal in the sets of bricks that were replaced:', healing),
    ...under('Passed over:', refused),
  ];
}

/** A brick by its id, or the name of a step. */
function partName(id: string): string {
  return id.includes(' ') ? id : `brick ${id}`;
}

function under(title: string, rows: readonly string[]): readonly string[] {
  return rows.length === 0 ? [] : [title, ...rows];
}

function describeProgress({ done, total, current, isCancelled }: OperationProgress): string {
  const count = total === null ? `${done} done` : `${done} of ${total}`;
  const step = current === '' ? count : `${count}, ${current}`;
  return isCancelled ? `${step} (cancelled: it ends after this)` : step;
}

function statusName(status: string): string {
  return status === '' ? 'New' : status;
}
