import type { Id } from '../../domain/ids.js';
import type { PendingOperation } from '../../domain/pending-operation.js';
import type { Store } from '../../store/store.js';
import { steadyUnixMs } from '../../timing/clocks.js';
import { startTimer } from '../../timing/timers.js';
import { nextTurn } from '../../timing/turns.js';
import type { Logger } from '../logger.js';
import type { NodeHealth } from '../ports/node-health.js';
import type { RecoveryOutcome } from './operation.js';
import type { OperationRunner } from './runner.js';
import type { Schedule } from './schedule.js';
import { isLeftToAnybody } from './transitions/beginnings.js';
import { isSequenceWaiting } from './transitions/parts.js';
import { interruptAll, markStale } from './transitions/restarts.js';

/** A record that nobody in this process works on was left by a defect; before this age it may still be on its way. */
const UNTRACKED_AFTER_SECONDS = 60;

const ASKED_AGAIN_MS = 30_000;

/** At a start: what is pending was begun by a process that is gone. */
export async function markInterrupted(store: Store, log: Logger): Promise<void> {
  const isShared = store.sharing !== undefined;
  const operations = await store.write((tx) => interruptAll(tx, isShared));
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
  readonly #waits: Schedule;
  readonly #log: Logger;
  readonly #isTracked: (operationId: Id) => boolean;
  readonly #isShared: boolean;
  readonly #runs = new Set<Promise<void>>();
  readonly #triedInVain = new Set<Id>();
  #refreshSeconds: number | null = null;
  #timer: NodeJS.Timeout | null = null;

  constructor(
    store: Store,
    runner: OperationRunner,
    { schedule, waits }: { readonly schedule: Schedule; readonly waits: Schedule },
    health: NodeHealth,
    log: Logger,
    isTracked: (operationId: Id) => boolean,
  ) {
    this.#store = store;
    this.#runner = runner;
    this.#schedule = schedule;
    this.#waits = waits;
    this.#log = log;
    this.#isTracked = isTracked;
    this.#isShared = store.sharing !== undefined;
    health.onUp(() => this.#inBackground(() => this.#runSome(({ retry }) => retry?.waitsForHost === true)));
  }

  /** Begins the periodic runs; without it only requests for a clean-up lead anything out. */
  start(startSeconds: number, refreshSeconds: number): void {
    this.#refreshSeconds = refreshSeconds;
    this.#schedule.start(refreshSeconds * 1000);
    this.#timer = startTimer(() => this.#inBackground(() => this.#periodicRun(true)), startSeconds * 1000).unref();
  }

  stop(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    this.#refreshSeconds = null;
    this.#schedule.stop();
  }

  /** Resolves when no run is under way. */
  async settled(): Promise<void> {
    while (this.#runs.size > 0) await Promise.all(this.#runs);
  }

  /** Leads those out that are due, and wakes up for the next one. */
  runDue(): void {
    const now = steadyUnixMs();
    this.#inBackground(() => this.#runSome(({ dueAt }) => dueAt !== null && dueAt <= now));
  }

  /** Asks sequences whose wait is over what comes next, also where kept records are only tried on request. */
  runWaiting(): void {
    const now = steadyUnixMs();
    this.#inBackground(async () => {
      const operations = await this.#listedOrAskedAgain(now);
      const waiting = operations.filter(isSequenceWaiting);
      this.#waits.wakeAt(earliest(waiting, now));
      const over = waiting.filter(({ dueAt }) => (dueAt ?? 0) <= now);
      await Promise.all(over.map(({ id }) => this.#runner.recover(id)));
    });
  }

  /** Nothing else would wake the sequences that wait. */
  async #listedOrAskedAgain(now: number): Promise<readonly PendingOperation[]> {
    try {
      return await this.#store.read((tx) => tx.operations.list());
    } catch (error) {
      this.#waits.wakeAt(now + ASKED_AGAIN_MS);
      throw error;
    }
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

  /** Somebody waits for this one: unless recovery has tried it already since the start, it does not wait for its time. */
  takeUp(operationId: Id): void {
    if (this.#refreshSeconds !== null && !this.#triedInVain.has(operationId)) void this.#recover(operationId);
  }

  async #runSome(isWanted: (operation: PendingOperation) => boolean): Promise<void> {
    if (this.#refreshSeconds === null) return;
    const operations = await this.#store.read((tx) => tx.operations.list());
    // Whatever hangs, those that are due later are not to wait for it.
    this.#schedule.wakeAt(earliest(operations, steadyUnixMs()));
    await this.#recoverAll(operations.filter((operation) => operation.copiedAt === undefined && isWanted(operation)));
    this.#schedule.wakeAt(await this.#nextDue());
  }

  async #recoverAll(operations: readonly PendingOperation[]): Promise<void> {
    // One without a status that is due, or was tried in vain, is a sequence that waits or is kept.
    const due = operations.filter(({ status, dueAt, retry }) => status !== '' || dueAt !== null || retry !== null);
    const running: Promise<RecoveryOutcome>[] = [];
    for (const { id } of due) {
      // Side by side, since any may hang; not all in one turn, which would hold everybody else up.
      running.push(this.#recover(id));
      await nextTurn();
    }
    const outcomes = await Promise.all(running);
    const left = outcomes.filter((outcome) => outcome !== 'ended').length;
    if (left > 0) this.#log.warn({ operations: left }, 'operations are still pending after recovery');
  }

  async #recover(operationId: Id): Promise<RecoveryOutcome> {
    const outcome = await this.#runner.recover(operationId);
    if (outcome === 'ended') this.#triedInVain.delete(operationId);
    // One that somebody works on was not tried here.
    else if (outcome !== 'busy') this.#triedInVain.add(operationId);
    return outcome;
  }

  /** One that is due and was not ended is being worked on: it is planned anew when that has ended. */
  async #nextDue(): Promise<number | null> {
    return earliest(await this.#store.read((tx) => tx.operations.list()), steadyUnixMs());
  }

  /** The first run leaves those alone whose pause, begun by an earlier process, is not over. */
  async #periodicRun(isFirst: boolean): Promise<void> {
    if (this.#refreshSeconds === null) return;
    // What a run leads out may take hours, and some of it may hang: the next one comes all the same.
    this.#timer = startTimer(
      () => this.#inBackground(() => this.#periodicRun(false)),
      this.#refreshSeconds * 1000,
    ).unref();
    if (!isFirst) await this.#markUntracked();
    await this.#runSome(isFirst ? ({ dueAt }) => (dueAt ?? 0) <= steadyUnixMs() : () => true);
  }

  #inBackground(run: () => Promise<void>): void {
    const running = run()
      .catch((error: unknown) => this.#failed(error))
      .finally(() => this.#runs.delete(running));
    this.#runs.add(running);
  }

  #failed(error: unknown): void {
    this.#log.error({ err: error }, 'recovery of pending operations failed');
  }

  async #markUntracked(): Promise<void> {
    const before = Math.floor(steadyUnixMs() / 1000) - UNTRACKED_AFTER_SECONDS;
    await this.#store.write(async (tx) => {
      const operations = await tx.operations.list();
      const left = operations.filter((operation) => {
        const { id, status, createdAt, dueAt } = operation;
        const isOld = status === '' && dueAt === null && createdAt <= before;
        return isOld && !this.#isTracked(id) && !(this.#isShared && isLeftToAnybody(operation));
      });
      await markStale(
        tx,
        left.map(({ id }) => id),
      );
    });
  }
}

/** When the next of them is due after `now`; null: none is. */
function earliest(operations: readonly PendingOperation[], now: number): number | null {
  const times = operations.map(({ dueAt }) => dueAt ?? 0).filter((dueAt) => dueAt > now);
  return times.length > 0 ? Math.min(...times) : null;
}
