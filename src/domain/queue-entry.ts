import type { Id } from './ids.js';

/** The answer behind /queue/{id}, kept in the store so that an id once handed out survives a restart. */
export interface QueueEntry {
  readonly id: Id;
  /** The operation whose end decides the answer; null for work without a pending record. */
  readonly operationId: Id | null;
  readonly state: 'pending' | 'done' | 'failed';
  /** Path of the resulting resource, for done entries that have one. */
  readonly location: string | null;
  /** Text for the client, for failed entries. */
  readonly error: string | null;
  /** Unix milliseconds. */
  readonly createdAt: number;
}
