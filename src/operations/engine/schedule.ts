import { DomainError } from '../../domain/errors.js';
import type { Id } from '../../domain/ids.js';
import type { PendingOperation } from '../../domain/pending-operation.js';
import { TransportError } from '../../executors/executor.js';
import { steadyUnixMs } from '../../timing/clocks.js';
import { startTimer } from '../../timing/timers.js';
import type { Logger } from '../logger.js';
import { errorText } from './error-text.js';

/** When a record is looked at again, and why not before. */
export type Later = Pick<PendingOperation, 'retry' | 'dueAt'>;

const FIRST_PAUSE_MS = 30_000;
/** Of what comes about by itself. */
const FIRST_LOOK_MS = 1000;

/**
 * What is asked for comes about by itself (a heal): it is looked for soon, since it may take no time, and then at the same
 * pace however long it takes.
 */
export class NotYet extends DomainError {
  /** Between two looks, at the most. */
  readonly pauseMs: number;

  constructor(message: string, pauseMs: number) {
    super('failed', message);
    this.pauseMs = pauseMs;
  }
}

/** When kept records are tried again: after growing pauses, which are in the records and so outlive the process. */
export class Schedule {
  readonly #log: Logger;
  readonly #onDue: () => void;
  #longestMs: number | null = null;
  #timer: NodeJS.Timeout | null = null;
  #wakesAt = Number.POSITIVE_INFINITY;

  /** `onDue` is called when some record is due. */
  constructor(log: Logger, onDue: () => void) {
    this.#log = log;
    this.#onDue = onDue;
  }

  /** Without it records are only tried when somebody asks. */
  start(longestMs: number): void {
    this.#longestMs = longestMs;
  }

  stop(): void {
    this.#longestMs = null;
    this.#clear();
  }

  /** What the record says after a try that ended with `error`. One from a copy (copiedAt) is tried by nobody here. */
  after({ retry, copiedAt }: PendingOperation, error: unknown): Later {
    const tries = (retry?.tries ?? 0) + 1;
    const isOurs = this.#longestMs !== null && copiedAt === undefined;
    const pauseMs =
      error instanceof NotYet
        ? Math.min(FIRST_LOOK_MS * 2 ** (tries - 1), error.pauseMs)
        : FIRST_PAUSE_MS * 2 ** (tries - 1);
    return {
      retry: { tries, error: errorText(error), waitsForHost: error instanceof TransportError },
      dueAt: isOurs ? steadyUnixMs() + Math.min(pauseMs, this.#longestMs ?? 0) : null,
    };
  }

  /** What `after` answered is in the record now. */
  announce(operationId: Id, { retry, dueAt }: Later, error: unknown): void {
    const nextTry = dueAt === null ? null : new Date(dueAt).toISOString();
    this.#log.warn({ opId: operationId, tries: retry?.tries, nextTry, err: error }, 'operation is kept for recovery');
    this.wakeAt(dueAt);
  }

  /** Some record is due then (Unix milliseconds); null: none is. A clock that was set back delays none for long. */
  wakeAt(dueAt: number | null): void {
    if (this.#longestMs === null || dueAt === null || dueAt >= this.#wakesAt) return;
    this.#clear();
    const pauseMs = Math.min(Math.max(dueAt - steadyUnixMs(), 0), this.#longestMs);
    this.#wakesAt = dueAt;
    this.#timer = startTimer(() => {
      this.#clear();
      this.#onDue();
    }, pauseMs).unref();
  }

  #clear(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    this.#wakesAt = Number.POSITIVE_INFINITY;
  }
}
