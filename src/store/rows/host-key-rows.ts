import { at, type Connection, first, insertInto, query, statement } from '../statement.js';
import type { HostKeyRows } from '../store.js';

const all = statement(query.selectFrom('host_key').selectAll().orderBy('host').orderBy('port'));
const one = statement(
  query.selectFrom('host_key').selectAll().where('host', '=', at('host')).where('port', '=', at('port')),
);
const insert = insertInto('host_key', ['host', 'port', 'key', 'pinned_at']);
const removeByHost = statement(query.deleteFrom('host_key').where('host', '=', at('host')));

export function hostKeyRows(connection: Connection): HostKeyRows {
  return {
    async list() {
      return (await connection.all(all, {})).map(({ pinned_at: pinnedAt, ...row }) => ({ ...row, pinnedAt }));
    },
    async find(host, port) {
      return (await first(connection, one, { host, port }))?.key ?? null;
    },
    async insert({ host, port, key, pinnedAt }) {
      await insert(connection, { host, port, key, pinned_at: pinnedAt });
    },
    async deleteByHost(host) {
      return connection.run(removeByHost, { host });
    },
  };
}
