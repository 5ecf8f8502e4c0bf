import type { HostKeyRows } from '../interface/server.js';
import { at, type Connection, query, statement } from '../statement.js';
import { tableOf } from '../table.js';

const table = tableOf('host_key');
const all = statement(table.rows.orderBy('host').orderBy('port'));
const one = statement(table.rows.where('host', '=', at('host')).where('port', '=', at('port')));
const removeByHost = statement(query.deleteFrom('host_key').where('host', '=', at('host')));

export function hostKeyRows(connection: Connection): HostKeyRows {
  return {
    list: () => table.all(connection, all, {}),
    async find(host, port) {
      return (await table.first(connection, one, { host, port }))?.key ?? null;
    },
    insert: (key) => table.insert(connection, key),
    async deleteByHost(host) {
      return connection.run(removeByHost, { host });
    },
  };
}
