import { sql } from 'kysely';
import type { DatedRows } from '../interface/history.js';
import { at, type Connection, first, query, statement } from '../statement.js';
import type { IdSequence } from './id-sequence.js';

/** For tables that are only ever added to, with ids of an IdSequence. */
export function datedStatements(table: 'event' | 'audit_entry') {
  const ids = query.selectFrom(table as 'event').select('id');
  return {
    oldestId: statement(ids.orderBy('id').limit(sql.lit(1))),
    nthNewestId: statement(ids.orderBy('id', 'desc').limit(sql.lit(1)).offset(at('n'))),
    oldestDates: statement(ids.select('at').orderBy('id').limit(at('limit'))),
    removeOldest: statement(
      query
        .deleteFrom(table as 'event')
        .where('id', 'in', ids.where('id', '<=', at('id')).orderBy('id').limit(at('limit'))),
    ),
  };
}

export function datedRows(
  connection: Connection,
  statements: ReturnType<typeof datedStatements>,
  ids: IdSequence,
): DatedRows {
  return {
    findLastId: () => ids.last(),
    skipTo: (id) => ids.skipTo(id),
    async findOldestId() {
      return (await first(connection, statements.oldestId, {}))?.id ?? null;
    },
    async findNthNewestId(n) {
      return (await first(connection, statements.nthNewestId, { n }))?.id ?? null;
    },
    listOldestDates: (limit) => connection.all(statements.oldestDates, { limit }),
    deleteOldest: (id, limit) => connection.run(statements.removeOldest, { id, limit }),
  };
}
