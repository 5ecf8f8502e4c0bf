import type { ClusterRows } from '../interface/topology.js';
import { at, type Connection, statement } from '../statement.js';
import { entityTable } from '../table.js';

const table = entityTable('cluster');
const clusters = table.rows;
const byId = statement(clusters.where('id', '=', at('id')));
const all = statement(clusters.orderBy('id'));

export function clusterRows(connection: Connection): ClusterRows {
  return {
    find: (id) => table.first(connection, byId, { id }),
    list: () => table.all(connection, all, {}),
    insert: (cluster) => table.insert(connection, cluster),
    update: (cluster) => table.update(connection, cluster),
    delete: (id) => table.delete(connection, id),
  };
}
