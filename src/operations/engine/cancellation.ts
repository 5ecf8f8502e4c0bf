import { DomainError } from '../../domain/errors.js';
import type { PendingOperation } from '../../domain/pending-operation.js';

/** Why an operation that is no sequence can't be cancelled, and what to do instead. */
export function notToBeCancelled(operation: PendingOperation): DomainError {
  const { id, type } = operation;
  return new DomainError('conflict', `operation ${id} (${type}) can't be cancelled: ${reason(operation)}`);
}

function reason({ parentId, origin, type }: PendingOperation): string {
  if (parentId !== null) return `it is a part of operation ${parentId}; cancel that one`;
  if (origin === 'heketi') return 'Heketi began it, and it is only led out; use: heketi-cli server operations cleanup';
  if (type === 'reinstate-brick')
    return 'it only waits until the brick is filled that was given back, and what its set has must be known until then';
  if (origin === 'leftover') return 'it removes what an earlier operation has left on hosts, which must not stay there';
  return (
    'it has no parts between which it could end, and is finished or taken back as a whole. Wait for its end, and take it ' +
    'back by a request of its own'
  );
}
