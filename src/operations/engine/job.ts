import type { ReadTx, Tx } from '../../store/store.js';
import type { OperationContext } from './operation.js';

/**
 * Work that leaves no pending record: it changes rows in one unit, or only reads hosts. What is done to the store is done
 * by the function that `work` answers with, in the unit that also answers the client.
 */
export interface Job<Request> {
  readonly name: string;
  /** Refusals before the request is accepted. */
  check?(tx: ReadTx, request: Request): Promise<void>;
  work(request: Request, context: OperationContext): Promise<JobEnd>;
}

/** Ends a job; answers with the path of a resulting resource or null. */
export type JobEnd = (tx: Tx) => Promise<string | null>;
