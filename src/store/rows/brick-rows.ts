import { sql } from 'kysely';
import { brickThinPoolName } from '../../domain/brick.js';
import type { BrickRows } from '../interface/volumes.js';
import { at, type Connection, first, query, statement } from '../statement.js';
import { entityTable } from '../table.js';
import { ONE_OF_THE_IDS, readByIds } from './by-ids.js';

const POOL_PREFIX = brickThinPoolName({ id: '', thinPool: '' });

const table = entityTable('brick');
const bricks = table.rows;
const byId = statement(bricks.where('id', '=', at('id')));
const all = statement(bricks.orderBy('id'));
const after = statement(bricks.where('id', '>', at('after')).orderBy('id').limit(at('limit')));
const byVolume = statement(bricks.where('volume_id', '=', at('volumeId')).orderBy('id'));
const shown = bricks.where(({ not, exists, selectFrom }) =>
  not(
    exists(
      selectFrom('link_fault')
        .select('child_id')
        .whereRef('parent_id', '=', 'brick.volume_id')
        .whereRef('child_id', '=', 'brick.id')
        .where('relation', '=', sql.lit('volume-brick'))
        .where('kind', '=', sql.lit('missing')),
    ),
  ),
);
const shownByVolume = statement(shown.where('volume_id', '=', at('volumeId')).orderBy('id'));
const shownByVolumes = statement(shown.where('volume_id', 'in', ONE_OF_THE_IDS).orderBy('volume_id').orderBy('id'));
const byDevice = statement(bricks.where('device_id', '=', at('deviceId')).orderBy('id'));
const another = statement(
  bricks
    .where('device_id', '=', at('deviceId'))
    .where('volume_id', '<>', at('volumeId'))
    .where('volume_id', '<>', sql.lit(''))
    .where('path', '<>', sql.lit(''))
    .where('pending_id', 'is', null)
    .limit(sql.lit(1)),
);
const byThinPool = statement(
  bricks.where('device_id', '=', at('deviceId')).where('thin_pool', '=', at('thinPool')).orderBy('id'),
);
// Without an index, which every new brick would have to be written to: only a repair of a node asks.
const byNode = statement(bricks.where('node_id', '=', at('nodeId')).orderBy('id'));
const volumesByNode = statement(
  query
    .selectFrom('brick')
    .select('volume_id')
    .distinct()
    .where('node_id', '=', at('nodeId'))
    .where('id', '>=', at('from'))
    .where('id', '<', at('to'))
    .orderBy('volume_id'),
);
const countsByDevice = statement(
  query
    .selectFrom('brick')
    .select((select) => ['device_id', select.fn.countAll<number>().as('count')])
    .groupBy('device_id'),
);
const countByVolume = statement(
  query
    .selectFrom('brick')
    .select((select) => select.fn.countAll<number>().as('count'))
    .where('volume_id', '=', at('volumeId')),
);
const settleOfVolume = statement(
  query
    .updateTable('brick')
    .set({ pending_id: sql<null>`null` })
    .where('volume_id', '=', at('volumeId'))
    .where('pending_id', '=', at('pendingId')),
);
const park = statement(
  query
    .updateTable('brick')
    .set({ volume_id: sql.lit(''), pending_id: at('pendingId') })
    .where('id', '=', at('id')),
);

export function brickRows(connection: Connection): BrickRows {
  return {
    find: (id) => table.first(connection, byId, { id }),
    list: () => table.all(connection, all, {}),
    listAfter: (id, limit) => table.all(connection, after, { after: id, limit }),
    listByVolume: (volumeId) => table.all(connection, byVolume, { volumeId }),
    listShownByVolume: (volumeId) => table.all(connection, shownByVolume, { volumeId }),
    listShownByVolumes: (volumeIds) => readByIds(volumeIds, (values) => table.all(connection, shownByVolumes, values)),
    listByDevice: (deviceId) => table.all(connection, byDevice, { deviceId }),
    findAnother: (deviceId, volumeId) => table.first(connection, another, { deviceId, volumeId }),
    async listByThinPool(deviceId, name) {
      const found = await table.all(connection, byThinPool, { deviceId, thinPool: name });
      // Old databases do not name the pool of a brick; it is that of the brick's id then.
      const unnamed = name.startsWith(POOL_PREFIX)
        ? await table.first(connection, byId, { id: name.slice(POOL_PREFIX.length) })
        : null;
      return unnamed?.thinPool === '' && unnamed.deviceId === deviceId ? [...found, unnamed] : found;
    },
    listByNode: (nodeId) => table.all(connection, byNode, { nodeId }),
    async listVolumeIdsByNode(nodeId, from, to) {
      return (await connection.all(volumesByNode, { nodeId, from, to })).map((row) => row.volume_id);
    },
    async countByDevice() {
      return new Map((await connection.all(countsByDevice, {})).map((row) => [row.device_id, row.count]));
    },
    async countByVolume(volumeId) {
      return (await first(connection, countByVolume, { volumeId }))?.count ?? 0;
    },
    async insert(added) {
      for (const brick of added) await table.insert(connection, brick);
    },
    update: (brick) => table.update(connection, brick),
    async park(id, pendingId) {
      await connection.write(park, { pendingId, id }, () => new Error(`there is no brick ${id} to park`));
    },
    async settle(volumeId, pendingId) {
      await connection.write(settleOfVolume, { volumeId, pendingId });
    },
    async delete(ids) {
      for (const id of ids) await table.delete(connection, id);
    },
  };
}
