import { DomainError } from '../../domain/errors.js';
import { type Id, newId } from '../../domain/ids.js';
import type { Requester } from '../../domain/requester.js';
import { FinalRefusal } from '../../executors/executor.js';
import type { ReadTx, Tx } from '../../store/store.js';
import { startTimer } from '../../timing/timers.js';
import type { IdempotencyRequest, QueueTicket } from '../ports.js';
import { TurnRefused } from './fair-gate.js';
import type { AnyOperationKind, EngineContext } from './operation.js';
import { answerQueue, findRepeated, type Intent, newRecord, openQueueEntry } from './operation-records.js';
import { Abandoned, type Build, errorText, type Settlement } from './settlement.js';
import type { OperationTracker } from './tracker.js';

export interface StartOptions {
  readonly by: Requester | null;
  /** Checks that come before the in-flight limit. */
  readonly check?: (tx: ReadTx) => Promise<void>;
  /** Allocates and records, for operation `operationId`; called again for each retry. */
  readonly build: Build;
  /** Further tries with a new build after `exec` failed and was undone. */
  readonly retries?: number;
  readonly isCounted?: boolean;
  readonly idempotency?: IdempotencyRequest | undefined;
}

/** Ends a job; answers with the path of a resulting resource or null. */
export type JobEnd = (tx: Tx) => Promise<string | null>;

/** `busy`: it is being worked on already; `unknown`: imported, and of a kind that nobody here can lead out. */
export type RecoveryOutcome = 'ended' | 'kept' | 'busy' | 'unknown';

/**
 * Runs operations: intent in one transaction, hosts, then one transaction that settles the store, ends the record
 * and gives the client's queue entry its answer. Whatever the process dies in the middle of, `recover` leads out.
 */
export class OperationRunner {
  readonly #context: EngineContext;
  readonly #tracker: OperationTracker;
  readonly #settlement: Settlement;
  readonly #onEnded: (id: Id) => void;
  readonly #running = new Map<Id, Promise<void>>();
  #isDraining = false;

  /** `onEnded` is told when nobody here works any more on an operation, or on the job behind a queue entry. */
  constructor(context: EngineContext, tracker: OperationTracker, settlement: Settlement, onEnded: (id: Id) => void) {
    this.#context = context;
    this.#tracker = tracker;
    this.#settlement = settlement;
    this.#onEnded = onEnded;
  }

  /** Stores the intent and answers with the queue id; the hosts' part goes on in the background. */
  async start(kind: AnyOperationKind, options: StartOptions): Promise<QueueTicket> {
    this.#refuseWhenDraining();
    const operationId = newId();
    let isAdmitted = false;
    let accepted: { readonly intent: Intent | null; readonly ticket: QueueTicket };
    try {
      accepted = await this.#context.store.write(async (tx) => {
        const repeated = await findRepeated(tx, options.idempotency);
        if (repeated) return { intent: null, ticket: repeated };
        await options.check?.(tx);
        if (options.isCounted === false) this.#tracker.track(operationId);
        else this.#tracker.admit(operationId);
        isAdmitted = true;
        const intent = await options.build(tx, operationId);
        await tx.operations.insert({ ...newRecord(kind, operationId, intent), requestedBy: options.by });
        return { intent, ticket: { queueId: await openQueueEntry(tx, operationId, options.idempotency) } };
      });
    } catch (error) {
      if (isAdmitted) this.#tracker.release(operationId);
      throw error;
    }
    const { intent, ticket } = accepted;
    if (intent) void this.#inBackground(operationId, () => this.#run(kind, operationId, intent, options));
    return ticket;
  }

  /**
   * Work that leaves no pending record: it changes one row, or only reads a host. What changes rows is done by the
   * function that `work` answers with, in the unit that also answers the client.
   */
  async startJob(
    name: string,
    work: () => Promise<JobEnd>,
    check?: (tx: ReadTx) => Promise<void>,
  ): Promise<QueueTicket> {
    this.#refuseWhenDraining();
    const queueId = await this.#context.store.write(async (tx) => {
      await check?.(tx);
      return openQueueEntry(tx, null);
    });
    const answering = async (): Promise<void> => {
      try {
        const end = await work();
        await this.#settlement.write(async (tx) => answerQueue(tx, queueId, { location: await end(tx) }));
      } catch (error) {
        if (error instanceof Abandoned) throw error;
        this.#context.log.warn({ op: name, err: error }, 'request failed');
        await this.#settlement.write((tx) => answerQueue(tx, queueId, { error: errorText(error) }));
      }
    };
    void this.#inBackground(queueId, () => this.#tracker.run(`job/${name}`, queueId, answering));
    return { queueId };
  }

  /** Leads an operation out whose process died, or whose undo failed: finishes it or takes it back. */
  async recover(operationId: Id): Promise<RecoveryOutcome> {
    if (this.#isDraining || !this.#tracker.tryAdmit(operationId)) return 'busy';
    let outcome: RecoveryOutcome = 'unknown';
    const recovering = async (): Promise<void> => {
      const found = await this.#settlement.load(operationId);
      if (!found) return;
      outcome = 'kept';
      await this.#tracker.run(found.kind.lane(found.plan), operationId, async () => {
        // While it waited for its turn, what it names may have changed.
        const now = await this.#settlement.load(operationId);
        if (!now) return;
        outcome = (await this.#settlement.recover(now)) ? 'ended' : 'kept';
      });
    };
    await this.#inBackground(operationId, recovering);
    return outcome;
  }

  /** Refuses new work; what was accepted and has not begun stays where it is, for the next start. */
  stopTaking(): void {
    this.#isDraining = true;
    this.#tracker.close();
  }

  /**
   * `stopTaking`, then waits until what runs has ended, or `limitMs` have passed: from then on no operation writes
   * anything, and recovery at the next start does the rest.
   */
  async drain(limitMs: number): Promise<void> {
    this.stopTaking();
    let timer: NodeJS.Timeout | undefined;
    const limit = new Promise<void>((done) => {
      timer = startTimer(done, limitMs);
    });
    await Promise.race([this.settled(), limit]);
    clearTimeout(timer);
    this.#settlement.abandon();
    await this.#context.hosts.executor.close();
  }

  /** Whether it is worked on: an operation, or the job behind a queue entry. */
  isRunning(id: Id): boolean {
    return this.#running.has(id);
  }

  /** Resolves when nothing runs any more. */
  async settled(): Promise<void> {
    while (this.#running.size > 0) await Promise.allSettled([...this.#running.values()]);
  }

  #refuseWhenDraining(): void {
    if (this.#isDraining)
      throw new DomainError('unavailable', 'the server is shutting down; send the request again once it is back');
  }

  /** Never rejects; `id` is released at the end. */
  #inBackground(id: Id, work: () => Promise<void>): Promise<void> {
    const running = work()
      .catch((error: unknown) => {
        const isLeft = error instanceof TurnRefused || error instanceof Abandoned;
        if (isLeft) this.#context.log.info({ opId: id }, 'left to recovery at the next start');
        else this.#context.log.error({ opId: id, err: error }, 'operation did not settle; it is kept for recovery');
      })
      .finally(() => {
        this.#tracker.release(id);
        this.#running.delete(id);
        this.#onEnded(id);
      });
    this.#running.set(id, running);
    return running;
  }

  async #run(kind: AnyOperationKind, operationId: Id, first: Intent, options: StartOptions): Promise<void> {
    let triesLeft = options.retries ?? 0;
    for (let intent: Intent | null = first; intent; triesLeft--) {
      intent = await this.#tracker.run(intent.lane, operationId, () =>
        this.#try(kind, operationId, triesLeft > 0 ? options.build : null),
      );
    }
  }

  /** The intent of a further try, or null when the operation has ended. */
  async #try(kind: AnyOperationKind, operationId: Id, rebuild: Build | null): Promise<Intent | null> {
    let loaded = await this.#settlement.load(operationId);
    if (!loaded) throw new Error(`the record of operation ${operationId} is incomplete`);
    try {
      loaded = await this.#settlement.begin(loaded);
      await this.#settlement.exec(loaded, null);
      return null;
    } catch (error) {
      this.#context.log.warn({ op: kind.type, opId: operationId, err: error }, 'operation failed on the hosts');
      const isLast = this.#isDraining || isFinal(error);
      return this.#settlement.leadOut({ ...loaded, after: 'failure' }, error, isLast ? null : rebuild);
    }
  }
}

/** Also as the reason of another error. */
function isFinal(error: unknown): boolean {
  for (let cause = error; cause instanceof Error; cause = cause.cause) if (cause instanceof FinalRefusal) return true;
  return false;
}
