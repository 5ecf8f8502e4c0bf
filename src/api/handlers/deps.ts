import type { KnownUse } from '../../domain/usage.js';
import type { EventFeed } from '../../events/event-feed.js';
import type { Comparisons } from '../../operations/examination/comparisons.js';
import type { Examination } from '../../operations/examination/examine.js';
import type { PoolDifferences } from '../../operations/examination/find-differences.js';
import type { Logger } from '../../operations/logger.js';
import type { Operations } from '../../operations/ports/operations.js';
import type { QueueReader } from '../../operations/ports/queue.js';
import type { ReadTx, Store } from '../../store/store.js';
import type { AdminState } from '../admin-state.js';
import type { components } from '../contract/openapi.js';

/** What handlers work with. */
export interface HandlerDeps {
  readonly store: Store;
  readonly operations: Operations;
  readonly answers: QueueReader;
  readonly admin: AdminState;
  readonly metrics: MetricsText;
  readonly logLevels: LogLevels;
  readonly reports: DatabaseReports;
  readonly pool: PoolExaminer;
  readonly restored: RestoreControl;
  readonly probes: Probes;
  readonly feed: EventFeed;
  /** How full bricks are, as they were last seen. Throws DomainError where only another server knows. */
  readonly usage: () => KnownUse;
  readonly log: Logger;
}

/** What a supervisor of the process asks. Neither rejects, nor waits for longer than a few seconds. */
export interface Probes {
  /** Why the server does not work, for people; null when it does. */
  whyUnhealthy(): Promise<string | null>;
  /** Why requests are not to be sent here yet, for people; null when they may. */
  whyNotReady(): Promise<string | null>;
}

/** A server that is held on a restored database, and its release. */
export interface RestoreControl {
  readonly isHeld: boolean;
  /** Why a change is refused, and what to do. */
  readonly refusal: string;
  /** Unix milliseconds; null: the server is not held. */
  readonly copiedAt: number | null;
  readonly startedAt: number;
  confirm(): Promise<void>;
}

export interface MetricsText {
  /** UTF-8, in order. */
  render(): Promise<{ readonly contentType: string; readonly pieces: AsyncIterable<string> }>;
}

export type LogLevelName = components['schemas']['LogLevels']['loglevel']['glusterfs'];

export interface LogLevels {
  get(): LogLevelName;
  set(level: LogLevelName): void;
}

/** Both ask every host, and change nothing. */
export interface PoolExaminer {
  examine(): Promise<Examination>;
  differences(): Promise<PoolDifferences>;
  /** The same comparison, for those who want to know how far it is. */
  readonly comparisons: Pick<Comparisons, 'begin' | 'find'>;
}

/** Of the whole database. */
export interface DatabaseReports {
  /** Texts of JSON, indented, in pieces that are made when they are asked for, of a state that stays as it is. */
  dumpText(tx: ReadTx): AsyncIterable<string>;
  /** The dump within another document, at this depth of it, in small texts. */
  dumpTexts(tx: ReadTx, depth: number): AsyncIterable<string>;
  checkText(tx: ReadTx): AsyncIterable<string>;
}
