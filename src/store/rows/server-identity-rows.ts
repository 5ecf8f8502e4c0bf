import { newId } from '../../domain/ids.js';
import { type Connection, first, insertStatement, NUMBER, query, statement, TEXT } from '../statement.js';
import type { ServerIdentityRows } from '../store.js';

const one = statement(query.selectFrom('server_identity').selectAll());
const insert = insertStatement('server_identity', ['id', 'generation']);
const update = statement(query.updateTable('server_identity').set({ generation: NUMBER }).where('id', '=', TEXT));

export function serverIdentityRows(connection: Connection): ServerIdentityRows {
  return {
    async begin(now) {
      const known = await first(connection, one, []);
      if (!known) {
        const id = newId();
        await connection.run(insert, [id, now]);
        return { id, generation: now };
      }
      const generation = Math.max(known.generation + 1, now);
      await connection.run(update, [generation, known.id]);
      return { id: known.id, generation };
    },
  };
}
