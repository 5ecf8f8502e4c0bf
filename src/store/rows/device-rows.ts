import type { Device } from '../../domain/device.js';
import type { Id } from '../../domain/ids.js';
import type { DeviceRows, DevicesOfNode } from '../interface/topology.js';
import { at, type Connection, first, query, statement } from '../statement.js';
import { entityTable } from '../table.js';

const table = entityTable('device');
const devices = table.rows;
const ofCluster = devices.innerJoin('node', 'node.id', 'device.node_id').where('node.cluster_id', '=', at('clusterId'));
const byId = statement(devices.where('id', '=', at('id')));
const byPvUuid = statement(devices.where('pv_uuid', '=', at('pvUuid')).orderBy('id').limit(at('limit')));
const all = statement(devices.orderBy('id'));
const after = statement(devices.where('id', '>', at('after')).orderBy('id').limit(at('limit')));
const byNode = statement(devices.where('node_id', '=', at('nodeId')).orderBy('id'));
const byCluster = statement(ofCluster.orderBy('node.id').orderBy('device.id'));
const nodeIds = statement(
  query.selectFrom('node').select('id').where('cluster_id', '=', at('clusterId')).orderBy('id'),
);
const largestOnOne = statement(
  query
    .selectFrom('brick')
    .where('device_id', '=', at('deviceId'))
    .select((max) => max.fn.max('pool_metadata_kib').as('kib')),
);
/** One index seek per device. */
const largestMetadata = statement(
  query
    .selectFrom('device')
    .innerJoin('node', 'node.id', 'device.node_id')
    .where('node.cluster_id', '=', at('clusterId'))
    .select((select) => [
      'device.id',
      'device.node_id',
      select
        .selectFrom('brick')
        .whereRef('brick.device_id', '=', 'device.id')
        .select((max) => max.fn.max('brick.pool_metadata_kib').as('kib'))
        .as('kib'),
    ]),
);

export function deviceRows(connection: Connection): DeviceRows {
  return {
    find: (id) => table.first(connection, byId, { id }),
    findByPvUuid: (pvUuid) => table.first(connection, byPvUuid, { pvUuid, limit: 1 }),
    list: () => table.all(connection, all, {}),
    listAfter: (id, limit) => table.all(connection, after, { after: id, limit }),
    listByNode: (nodeId) => table.all(connection, byNode, { nodeId }),
    listByCluster: (clusterId) => table.all(connection, byCluster, { clusterId }),
    async listByNodeOfCluster(clusterId, withPools) {
      const ids = await connection.all(nodeIds, { clusterId });
      const groups = new Map(ids.map(({ id }) => [id, emptyGroup(id, withPools)]));
      for (const device of await table.all(connection, byCluster, { clusterId })) {
        groups.get(device.nodeId)?.devices.push(device);
      }
      for (const { id, node_id, kib } of withPools ? await connection.all(largestMetadata, { clusterId }) : []) {
        if (kib !== null) groups.get(node_id)?.largestPoolMetadata?.set(id, kib);
      }
      return [...groups.values()];
    },
    findGroup: async () => null,
    async findLargestPoolMetadata(deviceId) {
      return (await first(connection, largestOnOne, { deviceId }))?.kib ?? null;
    },
    insert: (device) => table.insert(connection, device),
    update: (device) => table.update(connection, device),
    delete: (id) => table.delete(connection, id),
  };
}

interface Group extends DevicesOfNode {
  readonly devices: Device[];
  readonly largestPoolMetadata: Map<Id, number> | null;
}

function emptyGroup(nodeId: Id, withPools: boolean): Group {
  return { nodeId, devices: [], largestPoolMetadata: withPools ? new Map() : null };
}
