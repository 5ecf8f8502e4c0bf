import type { BlockVolume } from '../../domain/block-volume.js';
import type { ChangeType } from '../../domain/pending-operation.js';
import type { BlockVolumeTable } from '../schema.js';
import { at, type Connection, first, query, statement, tableWrites } from '../statement.js';
import type { BlockVolumeRows } from '../store.js';
import { exactFrom, exactTo, listFrom, listTo, optionalListFrom, optionalListTo, toFlag } from './columns.js';
import { namedByActions, visibleChildren } from './visible.js';

const HIDING: readonly ChangeType[] = ['add-block-volume', 'delete-block-volume'];

const blockVolumes = query.selectFrom('block_volume').selectAll();
const byId = statement(blockVolumes.where('id', '=', at('id')));
const all = statement(blockVolumes.orderBy('id'));
const byHostingVolume = statement(blockVolumes.where('hosting_volume_id', '=', at('hostingVolumeId')).orderBy('id'));
const visible = statement(
  query.selectFrom('block_volume').select('id').where('id', 'not in', namedByActions(HIDING)).orderBy('id'),
);
const visibleByCluster = visibleChildren('block_volume', 'cluster_id', 'cluster-block-volume', HIDING);
const visibleByHostingVolume = visibleChildren('block_volume', 'hosting_volume_id', 'volume-block-volume', HIDING);
const countByCluster = statement(
  query
    .selectFrom('block_volume')
    .select((select) => select.fn.countAll<number>().as('count'))
    .where('cluster_id', '=', at('clusterId')),
);
const writes = tableWrites(
  'block_volume',
  [
    'id',
    'cluster_id',
    'hosting_volume_id',
    'name',
    'size_gib',
    'usable_size_gib',
    'ha_count',
    'has_auth',
    'requested_clusters',
    'hosts',
    'iqn',
    'lun',
    'username',
    'password',
    'pending_id',
    'exact',
  ],
  ['cluster_id', 'hosting_volume_id'],
);

export function blockVolumeRows(connection: Connection): BlockVolumeRows {
  return {
    async find(id) {
      const row = await first(connection, byId, { id });
      return row && fromRow(row);
    },
    async list() {
      return (await connection.all(all, {})).map(fromRow);
    },
    async listByHostingVolume(volumeId) {
      return (await connection.all(byHostingVolume, { hostingVolumeId: volumeId })).map(fromRow);
    },
    async listVisibleIds() {
      return (await connection.all(visible, {})).map((row) => row.id);
    },
    async listVisibleIdsByCluster(clusterId) {
      const rows = await connection.all(visibleByCluster, { parentId: clusterId });
      return rows.map((row) => row.id);
    },
    async listVisibleIdsByHostingVolume(volumeId) {
      const rows = await connection.all(visibleByHostingVolume, { parentId: volumeId });
      return rows.map((row) => row.id);
    },
    async countByCluster(clusterId) {
      return (await first(connection, countByCluster, { clusterId }))?.count ?? 0;
    },
    insert: (blockVolume) => writes.insert(connection, toRow(blockVolume)),
    update: (blockVolume) => writes.update(connection, toRow(blockVolume)),
    delete: (id) => writes.delete(connection, id),
  };
}

function fromRow(row: BlockVolumeTable): BlockVolume {
  return {
    id: row.id,
    clusterId: row.cluster_id,
    hostingVolumeId: row.hosting_volume_id,
    name: row.name,
    sizeGib: row.size_gib,
    usableSizeGib: row.usable_size_gib,
    haCount: row.ha_count,
    hasAuth: row.has_auth === 1,
    requestedClusters: optionalListFrom(row.requested_clusters),
    hosts: listFrom(row.hosts),
    iqn: row.iqn,
    lun: row.lun,
    username: row.username,
    password: row.password,
    pendingId: row.pending_id,
    ...exactFrom(row.exact),
  };
}

function toRow(blockVolume: BlockVolume): BlockVolumeTable {
  return {
    id: blockVolume.id,
    cluster_id: blockVolume.clusterId,
    hosting_volume_id: blockVolume.hostingVolumeId,
    name: blockVolume.name,
    size_gib: blockVolume.sizeGib,
    usable_size_gib: blockVolume.usableSizeGib,
    ha_count: blockVolume.haCount,
    has_auth: toFlag(blockVolume.hasAuth),
    requested_clusters: optionalListTo(blockVolume.requestedClusters),
    hosts: listTo(blockVolume.hosts),
    iqn: blockVolume.iqn,
    lun: blockVolume.lun,
    username: blockVolume.username,
    password: blockVolume.password,
    pending_id: blockVolume.pendingId,
    exact: exactTo(blockVolume.exact),
  };
}
