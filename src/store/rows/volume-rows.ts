import { sql } from 'kysely';
import type { Volume } from '../../domain/volume.js';
import { listFrom, listTo, mapFrom, mapTo } from '../columns.js';
import type { VolumeRows } from '../interface/volumes.js';
import { at, type Connection, first, query, statement } from '../statement.js';
import { entityTable, type RowOf } from '../table.js';
import { ONE_OF_THE_IDS, readByIds } from './by-ids.js';
import { HIDES_VOLUME, namedByActions, visibleChildren, visibleIn } from './visible.js';

const table = entityTable('volume');
const volumes = table.rows;
const byId = statement(volumes.where('id', '=', at('id')));
const byIds = statement(volumes.where('id', 'in', ONE_OF_THE_IDS).orderBy('id'));
const all = statement(volumes.orderBy('id'));
const byCluster = statement(volumes.where('cluster_id', '=', at('clusterId')).orderBy('id'));
const after = statement(volumes.where('id', '>', at('after')).orderBy('id').limit(at('limit')));
const byClusterAfter = statement(
  volumes.where('cluster_id', '=', at('clusterId')).where('id', '>', at('after')).orderBy('id').limit(at('limit')),
);
// Unordered: an order by id makes SQLite go through all volumes of the cluster.
const byName = statement(
  volumes.where('cluster_id', '=', at('clusterId')).where('name', '=', at('name')).limit(sql.lit(1)),
);
const visible = statement(
  query.selectFrom('volume').select('id').where('id', 'not in', namedByActions(HIDES_VOLUME)).orderBy('id'),
);
const visibleByCluster = visibleChildren('volume', 'cluster_id', 'cluster-volume', HIDES_VOLUME);
const oneVisible = visibleIn('volume', HIDES_VOLUME);
const countByCluster = statement(
  query
    .selectFrom('volume')
    .select((select) => select.fn.countAll<number>().as('count'))
    .where('cluster_id', '=', at('clusterId')),
);
const unclaimed = statement(
  volumes.where('unclaimed_since', 'is not', null).where('pending_id', 'is', null).orderBy('unclaimed_since'),
);
const boundUnclaimed = statement(
  query
    .updateTable('volume')
    .set({ unclaimed_since: at('unclaimedSince') })
    .where('unclaimed_since', '>', at('unclaimedSince')),
);
const markUnclaimed = statement(
  query
    .updateTable('volume')
    .set({ unclaimed_since: at('unclaimedSince') })
    .where('id', '=', at('id')),
);
const byClientName = statement(query.selectFrom('volume').select('id').where('client_name', '=', at('clientName')));
const noteOrigin = statement(
  query
    .updateTable('volume')
    .set({ client_name: at('clientName'), cloned_from: at('clonedFrom') })
    .where('id', '=', at('id')),
);
const settle = statement(
  query
    .updateTable('volume')
    .set({ pending_id: sql.lit(null) })
    .where('id', '=', at('id')),
);
const claim = statement(
  query
    .updateTable('volume')
    .set({ unclaimed_since: sql.lit(null) })
    .where('id', '=', at('id'))
    .where('unclaimed_since', 'is not', null),
);

export function volumeRows(connection: Connection): VolumeRows {
  return {
    async find(id) {
      const row = await table.first(connection, byId, { id });
      return row && fromRow(row);
    },
    async list() {
      return (await table.all(connection, all, {})).map(fromRow);
    },
    async listByIds(ids) {
      return (await readByIds(ids, (values) => table.all(connection, byIds, values))).map(fromRow);
    },
    async listAfter(id, limit) {
      return (await table.all(connection, after, { after: id, limit })).map(fromRow);
    },
    async listByClusterAfter(clusterId, id, limit) {
      return (await table.all(connection, byClusterAfter, { clusterId, after: id, limit })).map(fromRow);
    },
    async listByCluster(clusterId) {
      return (await table.all(connection, byCluster, { clusterId })).map(fromRow);
    },
    async listVisibleIds() {
      return (await connection.all(visible, {})).map((row) => row.id);
    },
    async listVisibleIdsByCluster(clusterId) {
      const rows = await connection.all(visibleByCluster, { parentId: clusterId });
      return rows.map((row) => row.id);
    },
    async findVisibleIn(id) {
      return (await first(connection, oneVisible, { id, objectId: id }))?.cluster_id ?? null;
    },
    async countByCluster(clusterId) {
      return (await first(connection, countByCluster, { clusterId }))?.count ?? 0;
    },
    async findByName(clusterId, name) {
      const row = await table.first(connection, byName, { clusterId, name });
      return row && fromRow(row);
    },
    async findIdByClientName(clientName) {
      return (await first(connection, byClientName, { clientName }))?.id ?? null;
    },
    async noteOrigin(id, { clientName, clonedFrom }) {
      await connection.write(noteOrigin, { id, clientName, clonedFrom });
    },
    async markUnclaimed(id, since) {
      await connection.write(markUnclaimed, { unclaimedSince: since, id });
    },
    async claim(id) {
      await connection.write(claim, { id });
    },
    async boundUnclaimed(last) {
      await connection.write(boundUnclaimed, { unclaimedSince: last });
    },
    async listUnclaimed() {
      return (await table.all(connection, unclaimed, {})).map((row) => ({
        id: row.id,
        clusterId: row.clusterId,
        name: row.name,
        sizeGib: row.sizeGib,
        since: row.unclaimedSince ?? 0,
      }));
    },
    insert: (volume) => table.insert(connection, toRow(volume)),
    async settle(id) {
      await connection.write(settle, { id });
    },
    update: (volume) => table.update(connection, toRow(volume)),
    delete: (id) => table.delete(connection, id),
  };
}

function fromRow(row: RowOf<'volume'>): Volume {
  return {
    id: row.id,
    clusterId: row.clusterId,
    name: row.name,
    sizeGib: row.sizeGib,
    durability: {
      type: row.durabilityType,
      replica: row.replica,
      disperseData: row.disperseData,
      disperseRedundancy: row.disperseRedundancy,
    },
    gid: row.gid,
    isBlockHosting: row.isBlockHosting,
    snapshotEnabled: row.snapshotEnabled,
    snapshotFactor: row.snapshotFactor,
    options: row.options,
    requestedClusters: row.requestedClusters,
    blockInfo: { freeGib: row.blockFreeGib, reservedGib: row.blockReservedGib, restriction: row.blockRestriction },
    get storedMount() {
      return { hosts: listFrom(row.mountHosts), device: row.mountDevice, options: mapFrom(row.mountOptions) };
    },
    pendingId: row.pendingId,
    ...originOf(row),
    exact: row.exact,
  };
}

function originOf({ clientName, clonedFrom }: RowOf<'volume'>): Pick<Volume, 'origin'> {
  return clientName === null && clonedFrom === null ? {} : { origin: { clientName, clonedFrom } };
}

function toRow({ durability, blockInfo, storedMount, ...same }: Volume) {
  return {
    ...same,
    durabilityType: durability.type,
    replica: durability.replica,
    disperseData: durability.disperseData,
    disperseRedundancy: durability.disperseRedundancy,
    blockFreeGib: blockInfo.freeGib,
    blockReservedGib: blockInfo.reservedGib,
    blockRestriction: blockInfo.restriction,
    mountHosts: listTo(storedMount.hosts),
    mountDevice: storedMount.device,
    mountOptions: mapTo(storedMount.options),
  };
}
