import { sql } from 'kysely';
import type { LinkFaultRows } from '../interface/imported.js';
import { at, type Connection, first, query, statement } from '../statement.js';
import { tableOf } from '../table.js';

const table = tableOf('link_fault');
const faults = table.rows.orderBy('parent_id').orderBy('relation').orderBy('child_id').orderBy('kind');
const all = statement(faults);
const byParent = statement(faults.where('parent_id', '=', at('parentId')));
const any = statement(query.selectFrom('link_fault').select('parent_id').limit(sql.lit(1)));
const removeByObject = statement(
  query
    .deleteFrom('link_fault')
    .where((is) => is.or([is('parent_id', '=', at('parentId')), is('child_id', '=', at('childId'))])),
);

export function linkFaultRows(connection: Connection): LinkFaultRows {
  return {
    list: () => table.all(connection, all, {}),
    listByParent: (parentId) => table.all(connection, byParent, { parentId }),
    async findAny() {
      return (await first(connection, any, {})) !== null;
    },
    insert: (fault) => table.insert(connection, fault),
    async deleteByObject(id) {
      await connection.write(removeByObject, { parentId: id, childId: id });
    },
  };
}
