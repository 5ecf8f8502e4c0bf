import type { FillingPoolRows } from '../interface/history.js';
import { at, type Connection, query, statement } from '../statement.js';
import { tableOf } from '../table.js';

const table = tableOf('filling_pool');
const inOrder = table.rows.orderBy('device_id').orderBy('pool').orderBy('part');
const all = statement(inOrder);
const byDevice = statement(inOrder.where('device_id', '=', at('deviceId')));
const removeOne = statement(
  query
    .deleteFrom('filling_pool')
    .where('device_id', '=', at('deviceId'))
    .where('pool', '=', at('pool'))
    .where('part', '=', at('part')),
);

export function fillingPoolRows(connection: Connection): FillingPoolRows {
  return {
    list: () => table.all(connection, all, {}),
    listByDevice: (deviceId) => table.all(connection, byDevice, { deviceId }),
    insert: (pool) => table.insert(connection, pool),
    async delete({ deviceId, pool, part }) {
      await connection.run(removeOne, { deviceId, pool, part });
    },
  };
}
