import { sql } from 'kysely';
import type { QueueEntry } from '../../domain/queue-entry.js';
import { steadyUnixMs } from '../../timing/clocks.js';
import type { IdempotencyKeyRows, QueueRows } from '../interface/operations.js';
import { at, type Connection, query, statement } from '../statement.js';
import { entityTable, type RowOf, tableOf } from '../table.js';

const table = entityTable('queue_entry');
const entries = table.rows;
const byId = statement(entries.where('id', '=', at('id')));
const byOperation = statement(entries.where('operation_id', '=', at('operationId')).orderBy('id'));
const pending = statement(entries.where('state', '=', sql.lit('pending')).orderBy('id'));
const answeredSince = statement(
  query.selectFrom('queue_entry').select('id').where('answered_at', '>=', at('answeredAt')),
);
const ofAnswered = () => query.updateTable('queue_entry').set({ answered_at: at('answeredAt') });
const boundAnsweredBelow = statement(ofAnswered().where('answered_at', '<', at('answeredAt')));
const boundAnsweredAbove = statement(ofAnswered().where('answered_at', '>', at('answeredAt')));
const removeEntry = statement(query.deleteFrom('queue_entry').where('id', '=', at('id')));
const removeUnread = statement(
  query
    .deleteFrom('queue_entry')
    .where('answered_at', '<', at('answeredAt'))
    .where('id', 'not in', query.selectFrom('idempotency_key').select('queue_id')),
);

const keys = tableOf('idempotency_key');
const keyByText = statement(keys.rows.where('key', '=', at('key')));
const keyByQueueEntry = statement(keys.rows.where('queue_id', '=', at('queueId')));
const removeOldAnswers = statement(
  query
    .deleteFrom('queue_entry')
    .where('state', '!=', sql.lit('pending'))
    .where(
      'id',
      'in',
      query.selectFrom('idempotency_key').select('queue_id').where('created_at', '<', at('createdAt')),
    ),
);
const ofCreated = () => query.updateTable('idempotency_key').set({ created_at: at('createdAt') });
const boundCreatedBelow = statement(ofCreated().where('created_at', '<', at('createdAt')));
const boundCreatedAbove = statement(ofCreated().where('created_at', '>', at('createdAt')));
const removeOldKeys = statement(query.deleteFrom('idempotency_key').where('created_at', '<', at('createdAt')));

export function queueRows(connection: Connection): QueueRows {
  return {
    async find(id) {
      const row = await table.first(connection, byId, { id });
      return row && entryFrom(row);
    },
    async listPending() {
      return (await table.all(connection, pending, {})).map(entryFrom);
    },
    async findByOperation(operationId) {
      const row = await table.first(connection, byOperation, { operationId });
      return row && entryFrom(row);
    },
    insert: (entry) => table.insert(connection, stamped(entry)),
    update: (entry) => table.update(connection, stamped(entry)),
    async listAnsweredSince(answeredAt) {
      return (await connection.all(answeredSince, { answeredAt })).map((row) => row.id);
    },
    async deleteAnsweredBefore(answeredAt) {
      await connection.write(removeUnread, { answeredAt });
    },
    async boundAnswered(first, last) {
      await connection.write(boundAnsweredBelow, { answeredAt: first });
      await connection.write(boundAnsweredAbove, { answeredAt: last });
    },
    async delete(id) {
      await connection.write(removeEntry, { id });
    },
  };
}

export function idempotencyKeyRows(connection: Connection): IdempotencyKeyRows {
  return {
    find: (key) => keys.first(connection, keyByText, { key }),
    insert: (key) => keys.insert(connection, key),
    async refersToQueueEntry(queueId) {
      return (await keys.first(connection, keyByQueueEntry, { queueId })) !== null;
    },
    async deleteOlderThan(createdAt) {
      await connection.write(removeOldAnswers, { createdAt });
      await connection.write(removeOldKeys, { createdAt });
    },
    async boundCreated(first, last) {
      await connection.write(boundCreatedBelow, { createdAt: first });
      await connection.write(boundCreatedAbove, { createdAt: last });
    },
  };
}

function entryFrom({ answeredAt: _, ...entry }: RowOf<'queue_entry'>): QueueEntry {
  return entry;
}

function stamped(entry: QueueEntry) {
  return { ...entry, answeredAt: entry.state === 'pending' ? null : steadyUnixMs() };
}
