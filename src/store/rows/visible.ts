import { sql } from 'kysely';
import { CHANGES, type ChangeType } from '../../domain/pending-operation.js';
import type { LinkFault, LinkRelation } from '../interface/imported.js';
import { at, query, type Statement, statement } from '../statement.js';

/** Changes of a pending operation that hide the volume they name. */
export const HIDES_VOLUME: readonly ChangeType[] = ['add-volume', 'delete-volume', 'add-volume-clone'];
export const HIDES_BLOCK_VOLUME: readonly ChangeType[] = ['add-block-volume', 'delete-block-volume'];

/** Objects that a pending operation is making or unmaking. */
export function namedByActions(changes: readonly ChangeType[]) {
  return query
    .selectFrom('operation_action')
    .select('object_id')
    .where('change', 'in', sql<number>`(${sql.raw(changes.map((change) => CHANGES[change]).join(', '))})`);
}

/** The cluster of an object, if it is visible. Parameters: `id`, and the same as `objectId`. */
export function visibleIn(
  table: 'volume' | 'block_volume',
  hiding: readonly ChangeType[],
): Statement<{ cluster_id: string }> {
  return statement(
    query
      .selectFrom(table)
      .select('cluster_id')
      .where('id', '=', at('id'))
      .where('id', 'not in', namedByActions(hiding).where('object_id', '=', at('objectId'))),
  );
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
  const faults = (kind: LinkFault['kind']) =>
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
