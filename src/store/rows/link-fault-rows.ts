import type { LinkFaultTable } from '../schema.js';
import { at, type Connection, insertInto, query, statement } from '../statement.js';
import type { LinkFault, LinkFaultRows, LinkRelation } from '../store.js';

const faults = query
  .selectFrom('link_fault')
  .selectAll()
  .orderBy('parent_id')
  .orderBy('relation')
  .orderBy('child_id')
  .orderBy('kind');
const all = statement(faults);
const byParent = statement(faults.where('parent_id', '=', at('parentId')));
const insert = insertInto('link_fault', ['parent_id', 'relation', 'child_id', 'kind']);
const removeByObject = statement(
  query
    .deleteFrom('link_fault')
    .where((is) => is.or([is('parent_id', '=', at('parentId')), is('child_id', '=', at('childId'))])),
);

export function linkFaultRows(connection: Connection): LinkFaultRows {
  return {
    async list() {
      return (await connection.all(all, {})).map(fromRow);
    },
    async listByParent(parentId) {
      return (await connection.all(byParent, { parentId })).map(fromRow);
    },
    async insert({ parentId, relation, childId, kind }) {
      await insert(connection, { parent_id: parentId, relation, child_id: childId, kind });
    },
    async deleteByObject(id) {
      await connection.run(removeByObject, { parentId: id, childId: id });
    },
  };
}

function fromRow(row: LinkFaultTable): LinkFault {
  return {
    relation: row.relation as LinkRelation,
    parentId: row.parent_id,
    childId: row.child_id,
    kind: row.kind as LinkFault['kind'],
  };
}
