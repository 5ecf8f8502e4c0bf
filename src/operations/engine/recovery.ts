import type { Id } from '../../domain/ids.js';
import type { PendingOperation } from '../../domain/pending-operation.js';
import type { Store } from '../../store/store.js';
import { steadyUnixMs } from '../../timing/clocks.js';
import { startTimer } from '../../timing/timers.js';
import type { Logger } from '../logger.js';
import type { NodeHealth } from '../ports.js';
import type { OperationRunner, RecoveryOutcome } from './runner.js';
import type { Schedule } from './schedule.js';
import { interruptAll, markStale } from './transitions.js';

/** A record that nobody in this process works on was left by a defect; before this age it may still be on its way. */
const UNTRACKED_AFTER_SECONDS = 60;

/** At a start: what is pending was begun by a process that is gone. */
export async function markInterrupted(store: Store, log: Logger): Promise<void> {
  const operations = await store.write(interruptAll);
  if (operations > 0) log.warn({ operations }, 'operations were interrupted and will be recovered');
}

/**
 * Leads stale and failed operations out: all of them some time after the start and then periodically, each kept one
 * after growing pauses of its own, and those that wait for a host as soon as one is seen up again.
 */
export class Recovery {
  readonly #store: Store;
  readonly #runner: OperationRunner;
  readonly #schedule: Schedule;
  readonly #log: Logger;
  readonly #isTracked: (operationId: Id) => boolean;
  readonly #triedInVain = new Set<Id>();
  #refreshSeconds: number | null = null;
  #timer: NodeJS.Timeout | null = null;

  constructor(
    store: Store,
    runner: OperationRunner,
    schedule: Schedule,
    health: NodeHealth,
    log: Logger,
    isTracked: (operationId: Id) => boolean,
  ) {
    this.#store = store;
    this.#runner = runner;
    this.#schedule = schedule;
    this.#log = log;
    this.#isTracked = isTracked;
    health.onUp(() => void this.#runSome(({ retry }) => retry?.waitsForHost === true));
  }

  /** Begins the periodic runs; without it only requests for a clean-up lead anything out. */
  start(startSeconds: number, refreshSeconds: number): void {
    this.#refreshSeconds = refreshSeconds;
    this.#schedule.start(refreshSeconds * 1000);
    this.#timer = startTimer(() => void this.#periodicRun(true), startSeconds * 1000).unref();
  }

  stop(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    this.#refreshSeconds = null;
    this.#schedule.stop();
  }

  /** Leads those out that are due, and wakes up for the next one. */
  async runDue(): Promise<void> {
    const now = steadyUnixMs();
    await this.#runSome(({ retry }) => retry !== null && retry.dueAt !== null && retry.dueAt <= now);
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
    const isAskedFor = only.length > 0;
    await this.#recoverAll(
      operations.filter(({ id, copiedAt }) => (isAskedFor ? wanted.has(id) : copiedAt === undefined)),
    );
  }

  /** Somebody waits for this one: unless this process has tried it already, it does not wait for its time. */
  takeUp(operationId: Id): void {
    if (this.#refreshSeconds !== null && !this.#triedInVain.has(operationId)) void this.#recover(operationId);
  }

  async #runSome(isWanted: (operation: PendingOperation) => boolean): Promise<void> {
    if (this.#refreshSeconds === null) return;
    try {
      const operations = await this.#store.read((tx) => tx.operations.list());
      await this.#recoverAll(operations.filter((operation) => operation.copiedAt === undefined && isWanted(operation)));
      this.#schedule.wakeAt(await this.#nextDue());
    } catch (error) {
      this.#log.error({ err: error }, 'recovery of pending operations failed');
    }
  }

  async #recoverAll(operations: readonly PendingOperation[]): Promise<void> {
    const due = operations.filter(({ status }) => status !== '');
    const outcomes = await Promise.all(due.map(({ id }) => this.#recover(id)));
    const left = outcomes.filter((outcome) => outcome !== 'ended').length;
    if (left > 0) this.#log.warn({ operations: left }, 'operations are still pending after recovery');
  }

  async #recover(operationId: Id): Promise<RecoveryOutcome> {
    const outcome = await this.#runner.recover(operationId);
    if (outcome === 'ended') this.#triedInVain.delete(operationId);
    else this.#triedInVain.add(operationId);
    return outcome;
  }

  /** One that is due and was not ended is being worked on: it is planned anew when that has ended. */
  async #nextDue(): Promise<number | null> {
    const now = steadyUnixMs();
    const operations = await this.#store.read((tx) => tx.operations.list());
    const times = operations.map(({ retry }) => retry?.dueAt ?? 0).filter((dueAt) => dueAt > now);
    return times.length > 0 ? Math.min(...times) : null;
  }

  /** The first run leaves those alone whose pause, begun by an earlier process, is not over. */
  async #periodicRun(isFirst: boolean): Promise<void> {
    if (!isFirst) await this.#markUntracked().catch((error: unknown) => this.#failed(error));
    if (isFirst) await this.#runSome(({ retry }) => (retry?.dueAt ?? 0) <= steadyUnixMs());
    else await this.#runSome(() => true);
    if (this.#refreshSeconds === null) return;
    this.#timer = startTimer(() => void this.#periodicRun(false), this.#refreshSeconds * 1000).unref();
  }

  #failed(error: unknown): void {
    this.#log.error({ err: error }, 'recovery of pending operations failed');
  }

  async #markUntracked(): Promise<void> {
    const before = Math.floor(steadyUnixMs() / 1000) - UNTRACKED_AFTER_SECONDS;
    await this.#store.write(async (tx) => {
      const operations = await tx.operations.list();
      const left = operations.filter(
        ({ id, status, createdAt }) => status === '' && createdAt <= before && !this.#isTracked(id),
      );
      await markStale(
        tx,
        left.map(({ id }) => id),
      );
    });
  }
}
