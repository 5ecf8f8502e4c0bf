import type { PendingOperation } from '../../domain/pending-operation.js';
import type { Difference } from './difference.js';
import type { KnownRecords } from './known-records.js';

/** What pending operations are about is left out since they settle it; those of a restored database do not by themselves. */
export function restoredOperations(
  operations: readonly PendingOperation[],
  records: KnownRecords,
): readonly Difference[] {
  return operations.flatMap(({ id, type, actions, copiedAt }) => {
    if (copiedAt === undefined) return [];
    const clusterId = actions.map((action) => records.clusterOf(action.id)).find((found) => found !== '') ?? '';
    return {
      kind: 'restored-operation',
      clusterId,
      host: '',
      nodeId: '',
      subject: id,
      text:
        `operation ${id} (${type}) was in flight when the restored copy of the database was made, ` +
        `${new Date(copiedAt).toISOString()}; what has become of it is not known, and what it is about is not compared`,
      remedy:
        `heketi-cli server operations cleanup ${id} finishes it or takes it back, as the hosts show it then; ` +
        'nothing is removed that is not proved unused',
      about: [],
    };
  });
}
