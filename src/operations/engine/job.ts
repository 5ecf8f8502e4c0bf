import type { EventSubject } from '../../domain/event.js';
import type { Requester } from '../../domain/requester.js';
import type { ReadTx, Tx } from '../../store/store.js';
import type { OperationContext } from './operation.js';

/**
 * Work that leaves no pending record: it changes rows in one unit, or only reads hosts. What is done to the store is done
 * by the function that `work` answers with, in the unit that also answers the client.
 */
export interface Job<Request> {
  readonly name: string;
  /** What an event tells of when it fails; null: it is gone. */
  about(tx: ReadTx, request: Request): Promise<EventSubject | null>;
  /** Refusals before the request is accepted. */
  check?(tx: ReadTx, request: Request): Promise<void>;
  work(request: Request, context: OperationContext): Promise<JobEnd>;
}

/** Ends a job, and tells of what it changes; answers with the path of a resulting resource or null. */
export type JobEnd = (tx: Tx, by: Requester) => Promise<string | null>;
