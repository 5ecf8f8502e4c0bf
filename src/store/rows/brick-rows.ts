import { sql } from 'kysely';
import { type Brick, type BrickSubType, brickThinPoolName } from '../../domain/brick.js';
import type { BrickTable } from '../schema.js';
import { at, type Connection, first, query, statement, tableWrites } from '../statement.js';
import type { BrickRows } from '../store.js';
import { exactFrom, exactTo } from './columns.js';

const POOL_PREFIX = brickThinPoolName({ id: '', thinPool: '' });

const bricks = query.selectFrom('brick').selectAll();
const byId = statement(bricks.where('id', '=', at('id')));
const all = statement(bricks.orderBy('id'));
const byVolume = statement(bricks.where('volume_id', '=', at('volumeId')).orderBy('id'));
const shownByVolume = statement(
  bricks
    .where('volume_id', '=', at('volumeId'))
    .where('id', 'not in', (other) =>
      other
        .selectFrom('link_fault')
        .select('child_id')
        .where('parent_id', '=', at('parentId'))
        .where('relation', '=', sql.lit('volume-brick'))
        .where('kind', '=', sql.lit('missing')),
    )
    .orderBy('id'),
);
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
const writes = tableWrites(
  'brick',
  [
    'id',
    'volume_id',
    'device_id',
    'node_id',
    'path',
    'size_kib',
    'thin_pool_kib',
    'pool_metadata_kib',
    'thin_pool',
    'lv',
    'sub_type',
    'pending_id',
    'exact',
  ],
  ['volume_id', 'device_id', 'node_id'],
);

export function brickRows(connection: Connection): BrickRows {
  return {
    async find(id) {
      const row = await first(connection, byId, { id });
      return row && fromRow(row);
    },
    async list() {
      return (await connection.all(all, {})).map(fromRow);
    },
    async listByVolume(volumeId) {
      return (await connection.all(byVolume, { volumeId })).map(fromRow);
    },
    async listShownByVolume(volumeId) {
      return (await connection.all(shownByVolume, { volumeId, parentId: volumeId })).map(fromRow);
    },
    async listByDevice(deviceId) {
      return (await connection.all(byDevice, { deviceId })).map(fromRow);
    },
    async findAnother(deviceId, volumeId) {
      const row = await first(connection, another, { deviceId, volumeId });
      return row && fromRow(row);
    },
    async listByThinPool(deviceId, name) {
      const found = (await connection.all(byThinPool, { deviceId, thinPool: name })).map(fromRow);
      // Old databases do not name the pool of a brick; it is that of the brick's id then.
      const unnamed = name.startsWith(POOL_PREFIX)
        ? await first(connection, byId, { id: name.slice(POOL_PREFIX.length) })
        : null;
      if (unnamed?.thin_pool === '' && unnamed.device_id === deviceId) found.push(fromRow(unnamed));
      return found;
    },
    async listByNode(nodeId) {
      return (await connection.all(byNode, { nodeId })).map(fromRow);
    },
    async countByDevice() {
      return new Map((await connection.all(countsByDevice, {})).map((row) => [row.device_id, row.count]));
    },
    async countByVolume(volumeId) {
      return (await first(connection, countByVolume, { volumeId }))?.count ?? 0;
    },
    async insert(added) {
      for (const brick of added) await writes.insert(connection, toRow(brick));
    },
    update: (brick) => writes.update(connection, toRow(brick)),
    async park(id, pendingId) {
      if ((await connection.run(park, { pendingId, id })) !== 1) throw new Error(`there is no brick ${id} to park`);
    },
    async settle(volumeId, pendingId) {
      await connection.run(settleOfVolume, { volumeId, pendingId });
    },
    async delete(ids) {
      for (const id of ids) await writes.delete(connection, id);
    },
  };
}

function fromRow(row: BrickTable): Brick {
  return {
    id: row.id,
    volumeId: row.volume_id,
    deviceId: row.device_id,
    nodeId: row.node_id,
    path: row.path,
    sizeKib: row.size_kib,
    thinPoolKib: row.thin_pool_kib,
    poolMetadataKib: row.pool_metadata_kib,
    thinPool: row.thin_pool,
    lv: row.lv,
    subType: row.sub_type as BrickSubType,
    pendingId: row.pending_id,
    ...exactFrom(row.exact),
  };
}

function toRow(brick: Brick): BrickTable {
  return {
    id: brick.id,
    volume_id: brick.volumeId,
    device_id: brick.deviceId,
    node_id: brick.nodeId,
    path: brick.path,
    size_kib: brick.sizeKib,
    thin_pool_kib: brick.thinPoolKib,
    pool_metadata_kib: brick.poolMetadataKib,
    thin_pool: brick.thinPool,
    lv: brick.lv,
    sub_type: brick.subType,
    pending_id: brick.pendingId,
    exact: exactTo(brick.exact),
  };
}
