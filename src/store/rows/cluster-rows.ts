import type { Cluster } from '../../domain/cluster.js';
import type { ClusterTable } from '../schema.js';
import { at, type Connection, first, query, statement, tableWrites } from '../statement.js';
import type { ClusterRows } from '../store.js';
import { toFlag } from './columns.js';

const clusters = query.selectFrom('cluster').selectAll();
const byId = statement(clusters.where('id', '=', at('id')));
const all = statement(clusters.orderBy('id'));
const writes = tableWrites('cluster', ['id', 'allows_block', 'allows_file']);

export function clusterRows(connection: Connection): ClusterRows {
  return {
    async find(id) {
      const row = await first(connection, byId, { id });
      return row && fromRow(row);
    },
    async list() {
      return (await connection.all(all, {})).map(fromRow);
    },
    insert: (cluster) => writes.insert(connection, toRow(cluster)),
    update: (cluster) => writes.update(connection, toRow(cluster)),
    delete: (id) => writes.delete(connection, id),
  };
}

function fromRow(row: ClusterTable): Cluster {
  return { id: row.id, allowsBlock: row.allows_block === 1, allowsFile: row.allows_file === 1 };
}

function toRow(cluster: Cluster): ClusterTable {
  return { id: cluster.id, allows_block: toFlag(cluster.allowsBlock), allows_file: toFlag(cluster.allowsFile) };
}
