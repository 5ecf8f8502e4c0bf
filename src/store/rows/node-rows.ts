import { sql } from 'kysely';
import type { EntryState, Node } from '../../domain/node.js';
import type { NodeTable } from '../schema.js';
import { at, type Connection, first, insertInto, query, statement, tableWrites } from '../statement.js';
import type { NodeRows } from '../store.js';
import { exactFrom, exactTo, listFrom, listTo, mapFrom, mapTo } from './columns.js';

const nodes = query.selectFrom('node').selectAll('node');
const byId = statement(nodes.where('id', '=', at('id')));
const all = statement(nodes.orderBy('id'));
const byCluster = statement(nodes.where('cluster_id', '=', at('clusterId')).orderBy('id'));
const idsByCluster = statement(
  query.selectFrom('node').select('id').where('cluster_id', '=', at('clusterId')).orderBy('id'),
);
const byManageName = statement(withName('manage'));
const byStorageName = statement(withName('storage'));
const forgetNames = statement(query.deleteFrom('node_hostname').where('node_id', '=', at('nodeId')));
const insertName = insertInto('node_hostname', ['node_id', 'kind', 'position', 'name']);
const writes = tableWrites('node', [
  'id',
  'cluster_id',
  'zone',
  'state',
  'manage_names',
  'storage_names',
  'tags',
  'exact',
]);

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
        await insertName(connection, { node_id: node.id, kind, position, name });
      }
    }
  }

  return {
    async find(id) {
      const row = await first(connection, byId, { id });
      return row && fromRow(row);
    },
    async list() {
      return (await connection.all(all, {})).map(fromRow);
    },
    async listByCluster(clusterId) {
      return (await connection.all(byCluster, { clusterId })).map(fromRow);
    },
    async listIdsByCluster(clusterId) {
      return (await connection.all(idsByCluster, { clusterId })).map((row) => row.id);
    },
    async findByManageName(name) {
      const row = await first(connection, byManageName, { name });
      return row && fromRow(row);
    },
    async findByStorageName(name) {
      const row = await first(connection, byStorageName, { name });
      return row && fromRow(row);
    },
    async insert(node, options) {
      await writes.insert(connection, toRow(node));
      if (options?.registersNames !== false) await registerNames(node);
    },
    async update(node) {
      const row = toRow(node);
      const before = await first(connection, byId, { id: node.id });
      await writes.update(connection, row);
      if (before?.manage_names === row.manage_names && before.storage_names === row.storage_names) return;
      await connection.run(forgetNames, { nodeId: node.id });
      await registerNames(node);
    },
    async delete(id) {
      await writes.delete(connection, id);
      await connection.run(forgetNames, { nodeId: id });
    },
  };
}

function fromRow(row: NodeTable): Node {
  return {
    id: row.id,
    clusterId: row.cluster_id,
    zone: row.zone,
    state: row.state as EntryState,
    manageNames: listFrom(row.manage_names),
    storageNames: listFrom(row.storage_names),
    tags: mapFrom(row.tags),
    ...exactFrom(row.exact),
  };
}

function toRow(node: Node): NodeTable {
  return {
    id: node.id,
    cluster_id: node.clusterId,
    zone: node.zone,
    state: node.state,
    manage_names: listTo(node.manageNames),
    storage_names: listTo(node.storageNames),
    tags: mapTo(node.tags),
    exact: exactTo(node.exact),
  };
}
