import type { AuditEntry, RecordedAuditEntry } from '../../domain/audit.js';
import type { NewEvent, RecordedEvent } from '../../domain/event.js';
import type { Id } from '../../domain/ids.js';
import type { FillingPool } from '../../domain/usage.js';

/** What has happened, in the order of their ids. Without `subjectId` of everything. */
export interface EventRows extends DatedRows {
  /** Gives it the next id: ids are in the order in which units are committed, so that nothing comes behind one that was read. */
  insert(event: NewEvent): Promise<void>;
  /** At most `limit` behind this id, oldest first. */
  listAfter(id: number, limit: number, subjectId?: Id | null): Promise<readonly RecordedEvent[]>;
  /** At most `limit` before this id, newest first. */
  listBefore(id: number, limit: number, subjectId?: Id | null): Promise<readonly RecordedEvent[]>;
}

/** Of what is only ever added, and kept for a while. */
export interface DatedRows {
  /** The last id that was given, whether what has it is there still or not; 0 before the first. */
  findLastId(): Promise<number>;
  /** No lower id is given any more. */
  skipTo(id: number): Promise<void>;
  findOldestId(): Promise<number | null>;
  /** The id behind the `n` newest ones; null when there are no more. */
  findNthNewestId(n: number): Promise<number | null>;
  /** Of the `limit` oldest, by their ids. */
  listOldestDates(limit: number): Promise<readonly DatedId[]>;
  /** At most `limit` of those up to this id; answers how many were deleted. */
  deleteOldest(id: number, limit: number): Promise<number>;
}

export interface DatedId {
  readonly id: number;
  /** Unix milliseconds, by the machine's clock of then. */
  readonly at: number;
}

/** Requests for changes, in the order of their ids, which are in the order of commits. */
export interface AuditRows extends DatedRows {
  insert(entries: readonly AuditEntry[]): Promise<void>;
  /** At most `limit` behind this id, oldest first. */
  listAfter(id: number, limit: number): Promise<readonly RecordedAuditEntry[]>;
  /** At most `limit` before this id, newest first. */
  listBefore(id: number, limit: number): Promise<readonly RecordedAuditEntry[]>;
}

/** See FillingPool. */
export interface FillingPoolRows {
  list(): Promise<readonly FillingPool[]>;
  listByDevice(deviceId: Id): Promise<readonly FillingPool[]>;
  insert(pool: FillingPool): Promise<void>;
  /** No error where there is none. */
  delete(pool: Omit<FillingPool, 'since'>): Promise<void>;
}
