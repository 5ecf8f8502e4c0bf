import type { RecordedEvent } from '../../domain/event.js';
import type { EventRows } from '../interface/history.js';
import { at, type Connection, statement } from '../statement.js';
import { type RowOf, tableOf } from '../table.js';
import { datedRows, datedStatements } from './dated-rows.js';
import { idSequence } from './id-sequence.js';

const table = tableOf('event');
const oldestFirst = table.rows.orderBy('id').limit(at('limit'));
const newestFirst = table.rows.orderBy('id', 'desc').limit(at('limit'));
const after = statement(oldestFirst.where('id', '>', at('id')));
const before = statement(newestFirst.where('id', '<', at('id')));
const ofSubjectAfter = statement(oldestFirst.where('subject_id', '=', at('subjectId')).where('id', '>', at('id')));
const ofSubjectBefore = statement(newestFirst.where('subject_id', '=', at('subjectId')).where('id', '<', at('id')));
const bounds = datedStatements('event');

export function eventRows(connection: Connection): EventRows {
  const ids = idSequence(connection, 'event');
  return {
    ...datedRows(connection, bounds, ids),
    async insert({ subject, operation, ...event }) {
      await table.insert(connection, {
        ...event,
        id: await ids.next(),
        subjectKind: subject.kind,
        subjectId: subject.id,
        subjectName: subject.name,
        clusterId: subject.clusterId,
        operationId: operation?.id ?? null,
        operationType: operation?.type ?? null,
      });
    },
    async listAfter(id, limit, subjectId = null) {
      const rows = await (subjectId === null
        ? table.all(connection, after, { id, limit })
        : table.all(connection, ofSubjectAfter, { id, limit, subjectId }));
      return rows.map(eventFrom);
    },
    async listBefore(id, limit, subjectId = null) {
      const rows = await (subjectId === null
        ? table.all(connection, before, { id, limit })
        : table.all(connection, ofSubjectBefore, { id, limit, subjectId }));
      return rows.map(eventFrom);
    },
  };
}

function eventFrom(row: RowOf<'event'>): RecordedEvent {
  const { subjectKind, subjectId, subjectName, clusterId, operationId, operationType, ...event } = row;
  return {
    ...event,
    subject: { kind: subjectKind, id: subjectId, name: subjectName, clusterId },
    operation: operationId === null || operationType === null ? null : { id: operationId, type: operationType },
  };
}
