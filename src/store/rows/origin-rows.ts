import type { OriginRows } from '../interface/server.js';
import { at, type Connection, query, statement } from '../statement.js';
import { tableOf } from '../table.js';

const table = tableOf('journal');
const one = statement(table.rows);
const update = statement(query.updateTable('journal').set({ copied_at: at('copiedAt') }));

export function originRows(connection: Connection): OriginRows {
  return {
    copiedAt: async () => (await table.first(connection, one, {}))?.copiedAt ?? null,
    async setCopiedAt(at) {
      await connection.write(update, { copiedAt: at });
    },
  };
}
