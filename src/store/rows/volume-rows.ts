import { sql } from 'kysely';
import type { DurabilityType } from '../../domain/durability.js';
import type { ChangeType } from '../../domain/pending-operation.js';
import type { BlockRestriction, Volume } from '../../domain/volume.js';
import type { VolumeTable } from '../schema.js';
import { at, type Connection, first, query, statement, tableWrites } from '../statement.js';
import type { VolumeRows } from '../store.js';
import {
  exactFrom,
  exactTo,
  listFrom,
  listTo,
  mapFrom,
  mapTo,
  optionalListFrom,
  optionalListTo,
  toFlag,
} from './columns.js';
import { namedByActions, visibleChildren } from './visible.js';

const HIDING: readonly ChangeType[] = ['add-volume', 'delete-volume', 'add-volume-clone'];

const volumes = query.selectFrom('volume').selectAll();
const byId = statement(volumes.where('id', '=', at('id')));
const all = statement(volumes.orderBy('id'));
const byCluster = statement(volumes.where('cluster_id', '=', at('clusterId')).orderBy('id'));
// Unordered: an order by id makes SQLite go through all volumes of the cluster.
const byName = statement(
  volumes.where('cluster_id', '=', at('clusterId')).where('name', '=', at('name')).limit(sql.lit(1)),
);
const visible = statement(
  query.selectFrom('volume').select('id').where('id', 'not in', namedByActions(HIDING)).orderBy('id'),
);
const visibleByCluster = visibleChildren('volume', 'cluster_id', 'cluster-volume', HIDING);
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
const claim = statement(
  query
    .updateTable('volume')
    .set({ unclaimed_since: sql.lit(null) })
    .where('id', '=', at('id'))
    .where('unclaimed_since', 'is not', null),
);
const writes = tableWrites(
  'volume',
  [
    'id',
    'cluster_id',
    'name',
    'size_gib',
    'durability_type',
    'replica',
    'disperse_data',
    'disperse_redundancy',
    'gid',
    'is_block_hosting',
    'snapshot_enabled',
    'snapshot_factor',
    'options',
    'requested_clusters',
    'block_free_gib',
    'block_reserved_gib',
    'block_restriction',
    'mount_hosts',
    'mount_device',
    'mount_options',
    'pending_id',
    'exact',
  ],
  ['cluster_id', 'name'],
);

export function volumeRows(connection: Connection): VolumeRows {
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
    async listVisibleIds() {
      return (await connection.all(visible, {})).map((row) => row.id);
    },
    async listVisibleIdsByCluster(clusterId) {
      const rows = await connection.all(visibleByCluster, { parentId: clusterId });
      return rows.map((row) => row.id);
    },
    async countByCluster(clusterId) {
      return (await first(connection, countByCluster, { clusterId }))?.count ?? 0;
    },
    async findByName(clusterId, name) {
      const row = await first(connection, byName, { clusterId, name });
      return row && fromRow(row);
    },
    async markUnclaimed(id, since) {
      await connection.run(markUnclaimed, { unclaimedSince: since, id });
    },
    async claim(id) {
      await connection.run(claim, { id });
    },
    async boundUnclaimed(last) {
      await connection.run(boundUnclaimed, { unclaimedSince: last });
    },
    async listUnclaimed() {
      return (await connection.all(unclaimed, {})).map((row) => ({
        id: row.id,
        clusterId: row.cluster_id,
        name: row.name,
        sizeGib: row.size_gib,
        since: row.unclaimed_since ?? 0,
      }));
    },
    insert: (volume) => writes.insert(connection, toRow(volume)),
    update: (volume) => writes.update(connection, toRow(volume)),
    delete: (id) => writes.delete(connection, id),
  };
}

function fromRow(row: VolumeTable): Volume {
  return {
    id: row.id,
    clusterId: row.cluster_id,
    name: row.name,
    sizeGib: row.size_gib,
    durability: {
      type: row.durability_type as DurabilityType,
      replica: row.replica,
      disperseData: row.disperse_data,
      disperseRedundancy: row.disperse_redundancy,
    },
    gid: row.gid,
    isBlockHosting: row.is_block_hosting === 1,
    snapshotEnabled: row.snapshot_enabled === 1,
    snapshotFactor: row.snapshot_factor,
    options: optionalListFrom(row.options),
    requestedClusters: optionalListFrom(row.requested_clusters),
    blockInfo: {
      freeGib: row.block_free_gib,
      reservedGib: row.block_reserved_gib,
      restriction: row.block_restriction as BlockRestriction,
    },
    // Parsed when it is asked for, which is hardly ever.
    get storedMount() {
      return { hosts: listFrom(row.mount_hosts), device: row.mount_device, options: mapFrom(row.mount_options) };
    },
    pendingId: row.pending_id,
    ...exactFrom(row.exact),
  };
}

function toRow(volume: Volume): VolumeTable {
  return {
    id: volume.id,
    cluster_id: volume.clusterId,
    name: volume.name,
    size_gib: volume.sizeGib,
    durability_type: volume.durability.type,
    replica: volume.durability.replica,
    disperse_data: volume.durability.disperseData,
    disperse_redundancy: volume.durability.disperseRedundancy,
    gid: volume.gid,
    is_block_hosting: toFlag(volume.isBlockHosting),
    snapshot_enabled: toFlag(volume.snapshotEnabled),
    snapshot_factor: volume.snapshotFactor,
    options: optionalListTo(volume.options),
    requested_clusters: optionalListTo(volume.requestedClusters),
    block_free_gib: volume.blockInfo.freeGib,
    block_reserved_gib: volume.blockInfo.reservedGib,
    block_restriction: volume.blockInfo.restriction,
    mount_hosts: listTo(volume.storedMount.hosts),
    mount_device: volume.storedMount.device,
    mount_options: mapTo(volume.storedMount.options),
    pending_id: volume.pendingId,
    unclaimed_since: null, // not among the columns that are written
    exact: exactTo(volume.exact),
  };
}
