import { DomainError } from '../../domain/errors.js';
import { SERVER } from '../../domain/event.js';
import { type Id, newId } from '../../domain/ids.js';
import type { PendingOperation } from '../../domain/pending-operation.js';
import type { Requester } from '../../domain/requester.js';
import { CommandError, TransportError } from '../../executors/executor.js';
import type { Tx } from '../../store/store.js';
import { startTimer } from '../../timing/timers.js';
import type { QueueTicket } from '../ports/queue.js';
import { errorText, isFinal } from './error-text.js';
import type { Job } from './job.js';
import type { AnyKind, BeginningKind, EngineContext, Intent, RecoveryOutcome } from './operation.js';
import type { PatientStore } from './patient-store.js';
import type { Next, SequenceKind } from './sequence.js';
import type { Sequences } from './sequences.js';
import type { Settled, Settlement } from './settlement.js';
import { ServerStopping, type Stopping } from './stopping.js';
import type { OperationTracker } from './tracker.js';
import { type Accepted, begin } from './transitions/beginnings.js';
import { beginPart } from './transitions/parts.js';
import { answerJob, beginJob, failJob, findRepeated } from './transitions/queue-entries.js';
import type { Turn } from './turn.js';

type Build = (tx: Tx) => Promise<Intent>;

/**
 * Runs operations: intent in one transaction, hosts, then one transaction that settles the store, ends the record
 * and gives the client's queue entry its answer. Whatever the process dies in the middle of, `recover` leads out.
 */
export class OperationRunner {
  readonly #context: EngineContext;
  readonly #store: PatientStore;
  readonly #tracker: OperationTracker;
  readonly #settlement: Settlement;
  readonly #sequences: Sequences;
  readonly #turn: Turn;
  readonly #stopping: Stopping;
  readonly #onEnded: (id: Id) => void;
  readonly #running = new Map<Id, Promise<void>>();

  /** `onEnded` is told when nobody here works any more on an operation, or on the job behind a queue entry. */
  constructor(
    context: EngineContext,
    store: PatientStore,
    tracker: OperationTracker,
    { settlement, sequences }: { readonly settlement: Settlement; readonly sequences: Sequences },
    { turn, stopping }: { readonly turn: Turn; readonly stopping: Stopping },
    onEnded: (id: Id) => void,
  ) {
    this.#context = context;
    this.#store = store;
    this.#tracker = tracker;
    this.#settlement = settlement;
    this.#sequences = sequences;
    this.#turn = turn;
    this.#stopping = stopping;
    this.#onEnded = onEnded;
  }

  /**
   * Stores the intent and answers with the queue id; the hosts' part goes on in the background, here or at the server that
   * works on hosts.
   */
  async begin<Request>(kind: BeginningKind<Request>, request: Request, accepted: Accepted): Promise<QueueTicket> {
    this.#refuseWhenStopping();
    const operationId = newId();
    try {
      const seen = await this.#look(async () => kind.approach?.(request, this.#context) ?? request);
      const build: Build = (tx) => kind.build(tx, operationId, seen, this.#context);
      const { intent, ticket } = await this.#context.store.write(async (tx) => {
        // The look at hosts takes its time.
        this.#refuseWhenStopping();
        const repeated = await findRepeated(tx, accepted.idempotency);
        if (repeated) return { intent: null, ticket: repeated };
        await kind.check?.(tx, request, this.#context);
        await this.#admit(tx, kind, operationId);
        const intent = await build(tx);
        const forAnybody = this.#turn.isShared ? { request: kind.retries ? seen : undefined } : undefined;
        return { intent, ticket: { queueId: await begin(tx, kind, operationId, intent, { ...accepted, forAnybody }) } };
      });
      if (intent && this.#turn.isOurs) void this.#runInBackground(kind, operationId, intent.lane, build);
      // A unit that was run again may have taken a place and then found the request repeated.
      else this.#tracker.release(operationId);
      return ticket;
    } catch (error) {
      this.#tracker.release(operationId);
      if (error instanceof ServerStopping) this.#refuseWhenStopping();
      kind.explainRefusal?.(error, this.#context.log);
      throw error;
    }
  }

  /** Stores what is wanted and answers with the queue id; its parts follow. */
  async beginSequence<Request>(
    kind: SequenceKind<Request, unknown>,
    request: Request,
    accepted: Accepted,
  ): Promise<QueueTicket> {
    this.#refuseWhenStopping();
    const operationId = newId();
    await this.#look(async () => kind.approach?.(request, this.#context));
    const queueId = await this.#context.store.write(async (tx) => {
      // The look at hosts takes its time.
      this.#refuseWhenStopping();
      await kind.check?.(tx, request, this.#context);
      const intent = await kind.build(tx, operationId, request, this.#context);
      const forAnybody = this.#turn.isShared ? { request: undefined } : undefined;
      return begin(tx, kind, operationId, intent, { ...accepted, forAnybody });
    });
    if (this.#turn.isOurs) void this.recover(operationId);
    return { queueId };
  }

  async #admit(tx: Tx, { isCounted }: Pick<AnyKind, 'isCounted'>, operationId: Id): Promise<void> {
    if (!isCounted) return this.#tracker.track(operationId);
    if (!this.#turn.isShared) return this.#tracker.admit(operationId);
    this.#tracker.refuseBeyond(await this.#settlement.countInFlight(tx));
    this.#tracker.admitAnyway(operationId);
  }

  /** Before a request is accepted, what a host says, and that it can't be asked, is the answer. */
  async #look<T>(look: () => Promise<T>): Promise<T> {
    try {
      return await look();
    } catch (error) {
      if (error instanceof ServerStopping) this.#refuseWhenStopping();
      if (error instanceof TransportError) throw new DomainError('unavailable', error.message, { cause: error });
      if (error instanceof CommandError) throw new DomainError('failed', error.message, { cause: error });
      throw error;
    }
  }

  /** See Parts. */
  async runPart(parentId: Id, next: Next & { readonly do: 'part' }): Promise<void> {
    const { kind, request } = next;
    const operationId = newId();
    const seen: unknown = kind.approach ? await kind.approach(request, this.#context) : request;
    const build: Build = (tx) => kind.build(tx, operationId, seen, this.#context);
    const intent = await this.#store.write(async (tx) => {
      this.#stopping.takingNoMore.throwIfAborted();
      await kind.check?.(tx, request, this.#context);
      return beginPart(tx, { kind, id: operationId, build: () => build(tx) }, parentId, next);
    });
    if (!intent) return;
    this.#tracker.track(operationId);
    await this.#runInBackground(kind, operationId, intent.lane, build);
  }

  /**
   * Goes on with an operation that some server has accepted and none has begun, or with a sequence whose wait is over;
   * nothing happens where that is not so any more, or somebody here is at it.
   */
  async goOn(operation: PendingOperation): Promise<void> {
    const { id } = operation;
    if (this.#stopping.takingNoMore.aborted || this.#tracker.has(id)) return;
    if (this.#sequences.isSequence(operation)) return void (await this.recover(id));
    this.#tracker.admitAnyway(id);
    await this.#inBackground(id, async () => {
      const found = await this.#settlement.load(id);
      if (!found?.isLeft) return;
      const { kind, work, request } = found;
      const build = kind.build && request !== undefined ? buildOf(kind.build, id, request, this.#context) : null;
      await this.#run(id, kind.lane(work), build, this.#retries(kind));
    });
  }

  /** Accepts a job and answers with the queue id; its work goes on in the background. */
  async beginJob<Request>(job: Job<Request>, request: Request, by: Requester): Promise<QueueTicket> {
    this.#refuseWhenStopping();
    const queueId = await this.#context.store.write(async (tx) => {
      await job.check?.(tx, request);
      return beginJob(tx);
    });
    const answering = async (): Promise<void> => {
      try {
        const end = await job.work(request, this.#context);
        await this.#store.write(async (tx) => answerJob(tx, queueId, { location: await end(tx, by) }));
      } catch (error) {
        if (error instanceof ServerStopping) throw error;
        this.#context.log.warn({ op: job.name, err: error }, 'request failed');
        const text = errorText(error);
        await this.#store.write(async (tx) => {
          const subject = (await job.about(tx, request)) ?? SERVER;
          await failJob(tx, queueId, { request: job.name, subject, by, error: text });
        });
      }
    };
    void this.#inBackground(queueId, () => this.#tracker.run(`job/${job.name}`, queueId, answering));
    return { queueId };
  }

  /** Leads an operation out whose process died, or whose undo failed: finishes it or takes it back. */
  async recover(operationId: Id): Promise<RecoveryOutcome> {
    if (this.#stopping.takingNoMore.aborted || !this.#tracker.tryAdmit(operationId)) return 'busy';
    let outcome: RecoveryOutcome = 'unknown';
    const recovering = async (): Promise<void> => {
      const record = await this.#store.read((tx) => tx.operations.find(operationId));
      if (record && this.#sequences.isSequence(record)) {
        outcome = await this.#sequences.drive(operationId);
        return;
      }
      const found = await this.#settlement.load(operationId);
      if (!found) return;
      if (this.#turn.isShared && found.isLeft) {
        // It has not been begun yet, so that there is nothing to lead out.
        outcome = 'busy';
        return;
      }
      outcome = 'kept';
      await this.#tracker.run(found.kind.lane(found.work), operationId, async () => {
        // While it waited for its turn, what it names may have changed.
        const now = await this.#settlement.load(operationId);
        if (now) outcome = (await this.#settlement.leadOut(now, null)) === 'ended' ? 'ended' : 'kept';
      });
    };
    await this.#inBackground(operationId, recovering);
    return outcome;
  }

  /** Refuses new work; what was accepted and has not begun stays where it is, for the next start. */
  stopTaking(): void {
    this.#stopping.takeNoMore();
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
    this.#stopping.cutOff();
  }

  /** Resolves when nobody here works on it any more. */
  async ended(id: Id): Promise<void> {
    await this.#running.get(id);
  }

  /** Whether it is worked on: an operation, or the job behind a queue entry. */
  isRunning(id: Id): boolean {
    return this.#running.has(id);
  }

  /** Resolves when nothing runs any more. */
  async settled(): Promise<void> {
    while (this.#running.size > 0) await Promise.allSettled([...this.#running.values()]);
  }

  #refuseWhenStopping(): void {
    if (this.#stopping.takingNoMore.aborted)
      throw new DomainError('unavailable', 'the server is shutting down; send the request again once it is back');
  }

  /** Never rejects; `id` is released at the end. */
  #inBackground(id: Id, work: () => Promise<void>): Promise<void> {
    const running = work()
      .catch((error: unknown) => {
        if (error instanceof ServerStopping) this.#context.log.info({ opId: id }, 'left to recovery at the next start');
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

  #runInBackground(kind: AnyKind, operationId: Id, lane: string, build: Build): Promise<void> {
    return this.#inBackground(operationId, () => this.#run(operationId, lane, build, this.#retries(kind)));
  }

  #retries(kind: AnyKind): number {
    return kind.retries?.(this.#context) ?? 0;
  }

  async #run(operationId: Id, lane: string, build: Build | null, retries: number): Promise<void> {
    let triesLeft = retries;
    for (let next: Settled | { readonly lane: string } = { lane }; typeof next === 'object'; triesLeft--) {
      next = await this.#tracker.run(next.lane, operationId, () =>
        this.#try(operationId, triesLeft > 0 ? build : null),
      );
    }
  }

  /** The intent of a further try, or how it was settled. */
  async #try(operationId: Id, rebuild: Build | null): Promise<Settled> {
    const loaded = await this.#settlement.load(operationId);
    if (!loaded) throw new Error(`the record of operation ${operationId} is incomplete`);
    try {
      return await this.#settlement.attempt(loaded);
    } catch (cause) {
      if (cause instanceof ServerStopping) throw cause;
      this.#context.log.warn({ op: loaded.kind.type, opId: operationId, err: cause }, 'operation failed on the hosts');
      const isLast = this.#stopping.takingNoMore.aborted || isFinal(cause);
      // What the attempt has noted is in the record.
      const now = (await this.#settlement.load(operationId)) ?? loaded;
      return this.#settlement.leadOut({ ...now, after: 'failure' }, { cause, rebuild: isLast ? null : rebuild });
    }
  }
}

function buildOf(build: NonNullable<AnyKind['build']>, id: Id, request: unknown, context: EngineContext): Build {
  return (tx) => build(tx, id, request, context);
}
