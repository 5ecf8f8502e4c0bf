import type { Id } from '../../domain/ids.js';
import type { Difference } from './difference.js';
import type { PoolRecords } from './pool-records.js';

/** What pending operations are about is left out since they settle it; those of a restored database do not by themselves. */
export function restoredOperations(records: PoolRecords): readonly Difference[] {
  return records.operations.flatMap(({ id, type, actions, copiedAt }) => {
    if (copiedAt === undefined) return [];
    const clusterId = clusterOf(
      actions.map((action) => action.id),
      records,
    );
    return {
      kind: 'restored-operation',
      clusterId,
      host: '',
      subject: id,
      text:
        `operation ${id} (${type}) was in flight when the restored copy of the database was made, ` +
        `${new Date(copiedAt).toISOString()}; what has become of it is not known, and what it is about is not compared`,
      remedy:
        `heketi-cli server operations cleanup ${id} finishes it or takes it back, as the hosts show it then; ` +
        'nothing is removed that is not proved unused',
    };
  });
}

/** '' for an operation that names nothing that is there. */
function clusterOf(ids: readonly Id[], { volumes, bricks, devices, nodes, blockVolumes }: PoolRecords): Id {
  const named = <T extends { readonly id: Id }>(items: readonly T[]) => items.find(({ id }) => ids.includes(id));
  const nodeOf = (nodeId: Id | undefined) => nodes.find(({ id }) => id === nodeId);
  const found = named(volumes) ?? named(blockVolumes) ?? named(nodes);
  return (found ?? nodeOf(named(bricks)?.nodeId ?? named(devices)?.nodeId))?.clusterId ?? '';
}
