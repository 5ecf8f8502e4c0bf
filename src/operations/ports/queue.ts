import type { Id } from '../../domain/ids.js';
import type { QueueEntry } from '../../domain/queue-entry.js';

/** What clients fetch at /queue/{id}. */
export interface QueueReader {
  /**
   * The entry; while it is pending, only after some seconds or when it gets its final answer. That is given once: null
   * afterwards, as for an unknown id. A client that is gone is given nothing.
   */
  fetch(queueId: Id, gone: AbortSignal): Promise<QueueEntry | null>;
  /** Whether a result is there or being made that nobody has fetched yet. */
  isWaiting(queueId: Id): Promise<boolean>;
}

/** The id behind /queue/{id}; by the time it is handed out, it is on disk. */
export interface QueueTicket {
  readonly queueId: Id;
}
