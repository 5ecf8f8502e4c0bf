import type { Device } from '../../domain/device.js';
import type { EntryState } from '../../domain/node.js';
import type { DeviceTable } from '../schema.js';
import { at, type Connection, first, query, statement, tableWrites } from '../statement.js';
import type { DeviceRows } from '../store.js';
import { exactFrom, exactTo, listFrom, listTo, mapFrom, mapTo } from './columns.js';

const devices = query.selectFrom('device').selectAll('device');
const ofCluster = devices.innerJoin('node', 'node.id', 'device.node_id').where('node.cluster_id', '=', at('clusterId'));
const byId = statement(devices.where('id', '=', at('id')));
const all = statement(devices.orderBy('id'));
const byNode = statement(devices.where('node_id', '=', at('nodeId')).orderBy('id'));
const byCluster = statement(ofCluster.orderBy('node.id').orderBy('device.id'));
const largestMetadata = statement(
  query
    .selectFrom('device')
    .innerJoin('node', 'node.id', 'device.node_id')
    .where('node.cluster_id', '=', at('clusterId'))
    .select((select) => [
      'device.id',
      select
        .selectFrom('brick')
        .whereRef('brick.device_id', '=', 'device.id')
        .select((max) => max.fn.max('brick.pool_metadata_kib').as('kib'))
        .as('kib'),
    ]),
);
const writes = tableWrites(
  'device',
  [
    'id',
    'node_id',
    'name',
    'state',
    'total_kib',
    'free_kib',
    'used_kib',
    'extent_kib',
    'spare_metadata_kib',
    'tags',
    'paths',
    'pv_uuid',
    'exact',
  ],
  ['node_id'],
);

export function deviceRows(connection: Connection): DeviceRows {
  return {
    async find(id) {
      const row = await first(connection, byId, { id });
      return row && fromRow(row);
    },
    async list() {
      return (await connection.all(all, {})).map(fromRow);
    },
    async listByNode(nodeId) {
      return (await connection.all(byNode, { nodeId })).map(fromRow);
    },
    async listByCluster(clusterId) {
      return (await connection.all(byCluster, { clusterId })).map(fromRow);
    },
    async largestPoolMetadata(clusterId) {
      const largest = new Map<string, number>();
      for (const { id, kib } of await connection.all(largestMetadata, { clusterId })) {
        if (kib !== null) largest.set(id, kib);
      }
      return largest;
    },
    insert: (device) => writes.insert(connection, toRow(device)),
    update: (device) => writes.update(connection, toRow(device)),
    delete: (id) => writes.delete(connection, id),
  };
}

function fromRow(row: DeviceTable): Device {
  return {
    id: row.id,
    nodeId: row.node_id,
    name: row.name,
    state: row.state as EntryState,
    totalKib: row.total_kib,
    freeKib: row.free_kib,
    usedKib: row.used_kib,
    extentKib: row.extent_kib,
    spareMetadataKib: row.spare_metadata_kib,
    tags: mapFrom(row.tags),
    paths: listFrom(row.paths),
    pvUuid: row.pv_uuid,
    ...exactFrom(row.exact),
  };
}

function toRow(device: Device): DeviceTable {
  return {
    id: device.id,
    node_id: device.nodeId,
    name: device.name,
    state: device.state,
    total_kib: device.totalKib,
    free_kib: device.freeKib,
    used_kib: device.usedKib,
    extent_kib: device.extentKib,
    spare_metadata_kib: device.spareMetadataKib,
    tags: mapTo(device.tags),
    paths: listTo(device.paths),
    pv_uuid: device.pvUuid,
    exact: exactTo(device.exact),
  };
}
