import { at, type Connection, first, query, statement } from '../statement.js';
import type { OriginRows } from '../store.js';

const one = statement(query.selectFrom('journal').select('copied_at'));
const update = statement(query.updateTable('journal').set({ copied_at: at('copiedAt') }));

export function originRows(connection: Connection): OriginRows {
  return {
    copiedAt: async () => (await first(connection, one, {}))?.copied_at ?? null,
    async setCopiedAt(at) {
      await connection.run(update, { copiedAt: at });
    },
  };
}
