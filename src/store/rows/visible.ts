import { sql } from 'kysely';
import { CHANGES, type ChangeType } from '../../domain/pending-operation.js';
import { at, query, type Statement, statement } from '../statement.js';
import type { LinkRelation } from '../store.js';

/** Objects that a pending operation is making or unmaking. */
export function namedByActions(changes: readonly ChangeType[]) {
  return query
    .selectFrom('operation_action')
    .select('object_id')
    .where('change', 'in', sql<number>`(${sql.raw(changes.map((change) => CHANGES[change]).join(', '))})`);
}

/**
 * Ids of a parent's visible children, as its own list has them: where an imported list differs from what the
 * children say, the list counts (`/clusters/{id}` of the original shows it). Parameter: `parentId`.
 */
export function visibleChildren(
  table: 'volume' | 'block_volume',
  parentColumn: 'cluster_id' | 'hosting_volume_id',
  relation: LinkRelation,
  hiding: readonly ChangeType[],
): Statement<{ id: string }> {
  const faults = (kind: string) =>
    query
      .selectFrom('link_fault')
      .where('parent_id', '=', at('parentId'))
      .where('relation', '=', sql.lit(relation))
      .where('kind', '=', sql.lit(kind));
  const listed = query
    .selectFrom(table)
    .select('id')
    .where(sql.ref<string>(parentColumn), '=', at('parentId'))
    .where('id', 'not in', namedByActions(hiding))
    .where('id', 'not in', faults('missing').select('child_id'));
  const extra = faults('extra').select('child_id as id').where('child_id', 'not in', namedByActions(hiding));
  return statement(listed.union(extra).orderBy('id'));
}
