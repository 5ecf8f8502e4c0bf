import type { AuditRows } from '../interface/history.js';
import { at, type Connection, statement } from '../statement.js';
import { tableOf } from '../table.js';
import { datedRows, datedStatements } from './dated-rows.js';
import { idSequence } from './id-sequence.js';

const table = tableOf('audit_entry');
const after = statement(table.rows.where('id', '>', at('id')).orderBy('id').limit(at('limit')));
const before = statement(table.rows.where('id', '<', at('id')).orderBy('id', 'desc').limit(at('limit')));
const bounds = datedStatements('audit_entry');

export function auditRows(connection: Connection): AuditRows {
  const ids = idSequence(connection, 'audit_entry');
  return {
    ...datedRows(connection, bounds, ids),
    async insert(entries) {
      let id = await ids.take(entries.length);
      for (const entry of entries) await table.insert(connection, { ...entry, id: id++ });
    },
    listAfter: (id, limit) => table.all(connection, after, { id, limit }),
    listBefore: (id, limit) => table.all(connection, before, { id, limit }),
  };
}
