import { sql } from 'kysely';
import type { QueueEntry } from '../../domain/queue-entry.js';
import { steadyUnixMs } from '../../timing/clocks.js';
import type { IdempotencyKeyTable, QueueEntryTable } from '../schema.js';
import { at, type Connection, first, insertInto, query, statement, tableWrites } from '../statement.js';
import type { IdempotencyKey, IdempotencyKeyRows, QueueRows } from '../store.js';

const entries = query.selectFrom('queue_entry').selectAll();
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
const writes = tableWrites(
  'queue_entry',
  ['id', 'operation_id', 'state', 'location', 'error', 'created_at', 'answered_at'],
  ['operation_id', 'created_at'],
);

const keyByText = statement(query.selectFrom('idempotency_key').selectAll().where('key', '=', at('key')));
const insertKey = insertInto('idempotency_key', ['key', 'request_hash', 'queue_id', 'created_at']);
const keyByQueueEntry = statement(
  query.selectFrom('idempotency_key').selectAll().where('queue_id', '=', at('queueId')),
);
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
      const row = await first(connection, byId, { id });
      return row && fromRow(row);
    },
    async listPending() {
      return (await connection.all(pending, {})).map(fromRow);
    },
    async findByOperation(operationId) {
      const row = await first(connection, byOperation, { operationId });
      return row && fromRow(row);
    },
    insert: (entry) => writes.insert(connection, toRow(entry)),
    update: (entry) => writes.update(connection, toRow(entry)),
    async listAnsweredSince(answeredAt) {
      return (await connection.all(answeredSince, { answeredAt })).map((row) => row.id);
    },
    async deleteAnsweredBefore(answeredAt) {
      await connection.run(removeUnread, { answeredAt });
    },
    async boundAnswered(first, last) {
      await connection.run(boundAnsweredBelow, { answeredAt: first });
      await connection.run(boundAnsweredAbove, { answeredAt: last });
    },
    async delete(id) {
      await connection.run(removeEntry, { id });
    },
  };
}

export function idempotencyKeyRows(connection: Connection): IdempotencyKeyRows {
  return {
    async find(key) {
      const row = await first(connection, keyByText, { key });
      return row && keyFrom(row);
    },
    async insert({ key, requestHash, queueId, createdAt }) {
      await insertKey(connection, { key, request_hash: requestHash, queue_id: queueId, created_at: createdAt });
    },
    async refersToQueueEntry(queueId) {
      return (await first(connection, keyByQueueEntry, { queueId })) !== null;
    },
    async deleteOlderThan(createdAt) {
      await connection.run(removeOldAnswers, { createdAt });
      await connection.run(removeOldKeys, { createdAt });
    },
    async boundCreated(first, last) {
      await connection.run(boundCreatedBelow, { createdAt: first });
      await connection.run(boundCreatedAbove, { createdAt: last });
    },
  };
}

function fromRow(row: QueueEntryTable): QueueEntry {
  return {
    id: row.id,
    operationId: row.operation_id,
    state: row.state as QueueEntry['state'],
    location: row.location,
    error: row.error,
    createdAt: row.created_at,
  };
}

function toRow(entry: QueueEntry): QueueEntryTable {
  return {
    id: entry.id,
    operation_id: entry.operationId,
    state: entry.state,
    location: entry.location,
    error: entry.error,
    created_at: entry.createdAt,
    answered_at: entry.state === 'pending' ? null : steadyUnixMs(),
  };
}

function keyFrom(row: IdempotencyKeyTable): IdempotencyKey {
  return { key: row.key, requestHash: row.request_hash, queueId: row.queue_id, createdAt: row.created_at };
}
