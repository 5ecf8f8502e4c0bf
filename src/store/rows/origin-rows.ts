import { type Connection, first, NUMBER, query, statement } from '../statement.js';
import type { OriginRows } from '../store.js';

const one = statement(query.selectFrom('journal').select('copied_at'));
const update = statement(query.updateTable('journal').set({ copied_at: NUMBER }));

export function originRows(connection: Connection): OriginRows {
  return {
    copiedAt: async () => (await first(connection, one, []))?.copied_at ?? null,
    async setCopiedAt(at) {
      await connection.run(update, [at]);
    },
  };
}
