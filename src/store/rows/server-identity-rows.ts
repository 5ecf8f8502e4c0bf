import { newId } from '../../domain/ids.js';
import type { ServerIdentityRows } from '../interface/server.js';
import { at, type Connection, query, statement } from '../statement.js';
import { tableOf } from '../table.js';

const table = tableOf('server_identity');
const one = statement(table.rows);
const update = statement(
  query
    .updateTable('server_identity')
    .set({ generation: at('generation') })
    .where('id', '=', at('id')),
);

export function serverIdentityRows(connection: Connection): ServerIdentityRows {
  return {
    async begin(now) {
      const known = await table.first(connection, one, {});
      if (!known) {
        const id = newId();
        await table.insert(connection, { id, generation: now });
        return { id, generation: now };
      }
      const generation = Math.max(known.generation + 1, now);
      await connection.write(update, { generation, id: known.id });
      return { id: known.id, generation };
    },
  };
}
