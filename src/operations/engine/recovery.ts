import type { Id } from '../../domain/ids.js';
import { TransportError } from '../../executors/executor.js';
import type { Store } from '../../store/store.js';
import { steadyUnixMs } from '../../timing/clocks.js';
import { startTimer } from '../../timing/timers.js';
import type { Logger } from '../logger.js';
import type { NextTry, NodeHealth } from '../ports.js';
import type { OperationRunner } from './runner.js';
import { errorText } from './settlement.js';

const INTERRUPTED_JOB = 'the server was restarted before this request was done; send it again';

/** A record that nobody in this process works on was left by a defect; before this age it may still be on its way. */
const UNTRACKED_AFTER_SECONDS = 60;
const FIRST_PAUSE_SECONDS = 30;

/**
 * At a start: what is pending was begun by a process that is gone. Its records become stale, for the cleaner; jobs
 * without a record get their final answer now, since nobody else will give it.
 */
export async function markInterrupted(store: Store, log: Logger): Promise<void> {
  await store.write(async (tx) => {
    const operations = await tx.operations.list();
    if (operations.length > 0)
      log.warn({ operations: operations.length }, 'operations were interrupted and will be recovered');
    await tx.operations.setStatus(
      operations.map(({ id }) => id),
      'stale',
    );
    for (const entry of await tx.queue.listPending()) {
      if (entry.operationId && (await tx.operations.find(entry.operationId))) continue;
      await tx.queue.update({ ...entry, state: 'failed', error: INTERRUPTED_JOB });
    }
  });
}

interface Kept extends Omit<NextTry, 'atMs'> {
  /** Of the monotonic clock; null: only a request tries it. */
  readonly dueMs: number | null;
  readonly isUnreachable: boolean;
  readonly timer: NodeJS.Timeout | null;
}

/**
 * Leads stale and failed operations out: all of them some time after the start and then periodically, each kept one
 * after growing pauses of its own, and those that wait for a host as soon as it is seen up again.
 */
export class Recovery {
  readonly #store: Store;
  readonly #runner: OperationRunner;
  readonly #log: Logger;
  readonly #isTracked: (operationId: Id) => boolean;
  readonly #kept = new Map<Id, Kept>();
  #refreshSeconds: number | null = null;
  #timer: NodeJS.Timeout | null = null;

  constructor(
    store: Store,
    runner: OperationRunner,
    health: NodeHealth,
    log: Logger,
    isTracked: (operationId: Id) => boolean,
  ) {
    this.#store = store;
    this.#runner = runner;
    this.#log = log;
    this.#isTracked = isTracked;
    health.onUp(() => this.#retryUnreachable());
  }

  /** Begins the periodic runs; without it only requests for a clean-up lead anything out. */
  start(startSeconds: number, refreshSeconds: number): void {
    this.#refreshSeconds = refreshSeconds;
    this.#timer = startTimer(() => void this.#periodicRun(true), startSeconds * 1000).unref();
  }

  stop(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    this.#refreshSeconds = null;
    for (const { timer } of this.#kept.values()) if (timer) clearTimeout(timer);
  }

  /**
   * Leads those named out with their parts, or all when none is named, side by side. New ones are left alone, and so are
   * those of a restored database that are not named: what has become of them, a person has to say.
   */
  async run(only: readonly Id[] = []): Promise<void> {
    const operations = await this.#store.read((tx) => tx.operations.list());
    const named = operations.filter(({ id }) => only.includes(id));
    const parts = named.flatMap(({ actions }) => actions.filter(({ change }) => change === 'child-operation'));
    const wanted = new Set([...only, ...parts.map(({ id }) => id)]);
    const due = operations.filter(({ id, status }) => status !== '' && (only.length === 0 || wanted.has(id)));
    for (const id of this.#kept.keys()) if (!operations.some((operation) => operation.id === id)) this.#forget(id);
    const outcomes = await Promise.all(due.map(({ id }) => this.#recover(id, only.length > 0)));
    const left = outcomes.filter((outcome) => outcome !== 'ended').length;
    if (left > 0) this.#log.warn({ operations: left }, 'operations are still pending after recovery');
  }

  /** The operation's record stays after `error`; `isCopied`: and is tried again by nobody here (PendingOperation.copiedAt). */
  keep(operationId: Id, error: unknown, isCopied: boolean): void {
    const tries = (this.#forget(operationId)?.tries ?? 0) + 1;
    const seconds =
      this.#refreshSeconds === null || isCopied
        ? null
        : Math.min(FIRST_PAUSE_SECONDS * 2 ** (tries - 1), this.#refreshSeconds);
    const timer = seconds === null ? null : startTimer(() => void this.#recover(operationId), seconds * 1000).unref();
    this.#kept.set(operationId, {
      error: errorText(error),
      tries,
      isUnreachable: error instanceof TransportError,
      timer,
      dueMs: seconds === null ? null : performance.now() + seconds * 1000,
    });
    this.#log.warn({ opId: operationId, tries, nextTrySeconds: seconds, err: error }, 'operation is kept for recovery');
  }

  /** Somebody waits for this one: unless it was tried already, it does not wait for the next run. */
  takeUp(operationId: Id): void {
    if (this.#refreshSeconds !== null && !this.#kept.has(operationId)) void this.#recover(operationId);
  }

  nextTry(operationId: Id): NextTry | null {
    const kept = this.#kept.get(operationId);
    if (!kept) return null;
    const { error, tries, dueMs } = kept;
    return { error, tries, atMs: dueMs === null ? null : Math.round(Date.now() + dueMs - performance.now()) };
  }

  async #recover(operationId: Id, isAskedFor = false) {
    if (!isAskedFor && (await this.#isCopied(operationId))) return 'kept';
    const before = this.#kept.get(operationId);
    if (before?.timer) clearTimeout(before.timer);
    const outcome = await this.#runner.recover(operationId);
    if (outcome === 'ended') this.#forget(operationId);
    return outcome;
  }

  async #isCopied(operationId: Id): Promise<boolean> {
    const record = await this.#store.read((tx) => tx.operations.find(operationId));
    return record?.copiedAt !== undefined;
  }

  #retryUnreachable(): void {
    if (this.#refreshSeconds === null) return;
    for (const [id, { isUnreachable }] of this.#kept) if (isUnreachable) void this.#recover(id);
  }

  #forget(operationId: Id): Kept | undefined {
    const kept = this.#kept.get(operationId);
    if (kept?.timer) clearTimeout(kept.timer);
    this.#kept.delete(operationId);
    return kept;
  }

  async #periodicRun(isFirst: boolean): Promise<void> {
    try {
      if (!isFirst) await this.#markUntracked();
      await this.run();
    } catch (error) {
      this.#log.error({ err: error }, 'recovery of pending operations failed');
    }
    if (this.#refreshSeconds === null) return;
    this.#timer = startTimer(() => void this.#periodicRun(false), this.#refreshSeconds * 1000).unref();
  }

  async #markUntracked(): Promise<void> {
    const before = Math.floor(steadyUnixMs() / 1000) - UNTRACKED_AFTER_SECONDS;
    await this.#store.write(async (tx) => {
      const left = (await tx.operations.list()).filter(
        ({ id, status, createdAt }) => status === '' && createdAt <= before && !this.#isTracked(id),
      );
      await tx.operations.setStatus(
        left.map(({ id }) => id),
        'stale',
      );
    });
  }
}
