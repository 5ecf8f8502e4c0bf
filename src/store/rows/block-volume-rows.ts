import type { BlockVolumeRows } from '../interface/volumes.js';
import { at, type Connection, first, query, statement } from '../statement.js';
import { entityTable } from '../table.js';
import { HIDES_BLOCK_VOLUME, namedByActions, visibleChildren, visibleIn } from './visible.js';

const table = entityTable('block_volume');
const blockVolumes = table.rows;
const byId = statement(blockVolumes.where('id', '=', at('id')));
const all = statement(blockVolumes.orderBy('id'));
const after = statement(blockVolumes.where('id', '>', at('after')).orderBy('id').limit(at('limit')));
const byHostingVolume = statement(blockVolumes.where('hosting_volume_id', '=', at('hostingVolumeId')).orderBy('id'));
const visible = statement(
  query.selectFrom('block_volume').select('id').where('id', 'not in', namedByActions(HIDES_BLOCK_VOLUME)).orderBy('id'),
);
const visibleByCluster = visibleChildren('block_volume', 'cluster_id', 'cluster-block-volume', HIDES_BLOCK_VOLUME);
const visibleByHostingVolume = visibleChildren(
  'block_volume',
  'hosting_volume_id',
  'volume-block-volume',
  HIDES_BLOCK_VOLUME,
);
const oneVisible = visibleIn('block_volume', HIDES_BLOCK_VOLUME);
const countByCluster = statement(
  query
    .selectFrom('block_volume')
    .select((select) => select.fn.countAll<number>().as('count'))
    .where('cluster_id', '=', at('clusterId')),
);

export function blockVolumeRows(connection: Connection): BlockVolumeRows {
  return {
    find: (id) => table.first(connection, byId, { id }),
    list: () => table.all(connection, all, {}),
    listAfter: (id, limit) => table.all(connection, after, { after: id, limit }),
    listByHostingVolume: (volumeId) => table.all(connection, byHostingVolume, { hostingVolumeId: volumeId }),
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
    async findVisibleIn(id) {
      return (await first(connection, oneVisible, { id, objectId: id }))?.cluster_id ?? null;
    },
    async countByCluster(clusterId) {
      return (await first(connection, countByCluster, { clusterId }))?.count ?? 0;
    },
    insert: (blockVolume) => table.insert(connection, blockVolume),
    update: (blockVolume) => table.update(connection, blockVolume),
    delete: (id) => table.delete(connection, id),
  };
}
