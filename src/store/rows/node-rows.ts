import { sql } from 'kysely';
import type { Node } from '../../domain/node.js';
import { listTo } from '../columns.js';
import type { NodeRows } from '../interface/topology.js';
import { at, type Connection, query, statement } from '../statement.js';
import { entityTable, tableOf } from '../table.js';

const table = entityTable('node');
const nodes = table.rows;
const byId = statement(nodes.where('id', '=', at('id')));
const all = statement(nodes.orderBy('id'));
const byCluster = statement(nodes.where('cluster_id', '=', at('clusterId')).orderBy('id'));
const idsByCluster = statement(
  query.selectFrom('node').select('id').where('cluster_id', '=', at('clusterId')).orderBy('id'),
);
const byManageName = statement(withName('manage'));
const byStorageName = statement(withName('storage'));
const forgetNames = statement(query.deleteFrom('node_hostname').where('node_id', '=', at('nodeId')));
const hostnames = tableOf('node_hostname');

function withName(kind: 'manage' | 'storage') {
  return nodes
    .innerJoin('node_hostname', 'node_hostname.node_id', 'node.id')
    .where('node_hostname.name', '=', at('name'))
    .where('node_hostname.kind', '=', sql.lit(kind))
    .orderBy('node.id')
    .limit(sql.lit(1));
}

export function nodeRows(connection: Connection): NodeRows {
  async function registerNames(node: Node): Promise<void> {
    for (const [kind, names] of [['manage', node.manageNames] as const, ['storage', node.storageNames] as const]) {
      for (const [position, name] of names.entries()) {
        await hostnames.insert(connection, { nodeId: node.id, kind, position, name });
      }
    }
  }

  return {
    find: (id) => table.first(connection, byId, { id }),
    list: () => table.all(connection, all, {}),
    listByCluster: (clusterId) => table.all(connection, byCluster, { clusterId }),
    async listIdsByCluster(clusterId) {
      return (await connection.all(idsByCluster, { clusterId })).map((row) => row.id);
    },
    findByManageName: (name) => table.first(connection, byManageName, { name }),
    findByStorageName: (name) => table.first(connection, byStorageName, { name }),
    async insert(node, options) {
      await table.insert(connection, node);
      if (options?.registersNames !== false) await registerNames(node);
    },
    async update(node) {
      const before = await table.first(connection, byId, { id: node.id });
      await table.update(connection, node);
      if (before && hasSameNames(before, node)) return;
      await connection.write(forgetNames, { nodeId: node.id });
      await registerNames(node);
    },
    async delete(id) {
      await table.delete(connection, id);
      await connection.write(forgetNames, { nodeId: id });
    },
  };
}

function hasSameNames(one: Node, other: Node): boolean {
  return (
    listTo(one.manageNames) === listTo(other.manageNames) && listTo(one.storageNames) === listTo(other.storageNames)
  );
}
