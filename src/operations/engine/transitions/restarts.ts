import { SERVER } from '../../../domain/event.js';
import type { Id } from '../../../domain/ids.js';
import type { Tx } from '../../../store/store.js';
import { isLeftToAnybody } from './beginnings.js';
import { failJob } from './queue-entries.js';

// What a start makes of the records that it finds.

const INTERRUPTED_JOB = 'the server was restarted before this request was done; send it again';

/** Nobody in this process works on these. */
export function markStale(tx: Tx, ids: readonly Id[]): Promise<void> {
  return tx.operations.setStatus(ids, 'stale');
}

/**
 * At a start: what is pending was begun by a process that is gone. Its records become stale, for the cleaner; jobs
 * without a record get their final answer now, since nobody else will give it. `isShared`: what other servers have accepted
 * and none has begun stays as it is. Answers the number of records.
 */
export async function interruptAll(tx: Tx, isShared: boolean): Promise<number> {
  const operations = await tx.operations.list();
  const ids = operations.filter((operation) => !(isShared && isLeftToAnybody(operation))).map(({ id }) => id);
  await markStale(tx, ids);
  for (const { id, operationId } of await tx.queue.listPending()) {
    if (operationId && (await tx.operations.find(operationId))) continue;
    await failJob(tx, id, { request: '', subject: SERVER, by: null, error: INTERRUPTED_JOB });
  }
  return ids.length;
}

/** At a start on a restored copy: what is pending was in flight when it was made (Unix milliseconds). */
export function markCopied(tx: Tx, at: number): Promise<void> {
  return tx.operations.markCopied(at);
}
