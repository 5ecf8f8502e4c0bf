import { DomainError, idNotFound } from '../../domain/errors.js';
import type { Id } from '../../domain/ids.js';
import type { Requester } from '../../domain/requester.js';
import type { QueueTicket } from '../ports/queue.js';
import type { IdempotencyRequest } from '../ports/requests.js';
import { ChangeInProgress } from '../volumes/volume-in-change.js';
import { notToBeCancelled } from './cancellation.js';
import type { Job } from './job.js';
import type { AnyKind, BeginningKind, EngineContext, OperationContext } from './operation.js';
import { PatientStore } from './patient-store.js';
import { PickUp } from './pick-up.js';
import { QueueAnswers } from './queue-answers.js';
import { Recovery } from './recovery.js';
import { OperationRunner } from './runner.js';
import { Schedule } from './schedule.js';
import type { AnySequenceKind, SequenceKind } from './sequence.js';
import { type Parts, Sequences } from './sequences.js';
import { Settlement } from './settlement.js';
import { Stopping, untilCut } from './stopping.js';
import { OperationTracker } from './tracker.js';
import { cancel } from './transitions/parts.js';
import { Turn } from './turn.js';

/** Saves clients the pause between two polls. */
const HOLD_MS = 4_000;
/** Between two looks for sequences whose wait is over, however the clock is set. */
const LONGEST_WAIT_MS = 3_600_000;

/** What begins operations and jobs, leads them to their ends, and answers their clients. */
export class Engine {
  /** What operations work with: hosts can be reached until the server is cut off. */
  readonly context: OperationContext;
  readonly runner: OperationRunner;
  readonly recovery: Recovery;
  readonly answers: QueueAnswers;
  readonly tracker: OperationTracker;
  readonly turn: Turn;
  readonly #pickUp: PickUp;
  readonly #settlement: Settlement;
  readonly #store: EngineContext['store'];
  readonly #sequences: Sequences;

  constructor(given: EngineContext, kinds: readonly AnyKind[], sequenceKinds: readonly AnySequenceKind[]) {
    const { store, settings, health, log } = given;
    const stopping = new Stopping();
    const turn = new Turn(store.sharing !== undefined);
    const executor = untilCut(given.hosts.executor, stopping.cut);
    const context: EngineContext = { ...given, hosts: { ...given.hosts, executor } };
    const limits = { maxInflight: settings.maxInflight, perLane: settings.operationsPerCluster };
    const tracker = new OperationTracker(limits, stopping.takingNoMore);
    const patient = new PatientStore(store, log, stopping.cut);
    const schedule = new Schedule(log, () => recovery.runDue());
    const settlement: Settlement = new Settlement(context, patient, kinds, schedule, (id) => answers.wasAskedFor(id));
    const waits = new Schedule(log, () => recovery.runWaiting());
    const parts: Parts = {
      runPart: (parentId, next) => runner.runPart(parentId, next),
      recover: (id) => runner.recover(id),
      ended: (id) => runner.ended(id),
    };
    const sequences = new Sequences(context, patient, sequenceKinds, parts, { schedule, waits }, stopping);
    const settling = { settlement, sequences };
    const ends = { turn, stopping };
    const runner: OperationRunner = new OperationRunner(context, patient, tracker, settling, ends, (id) =>
      answers.ended(id),
    );
    const answers: QueueAnswers = new QueueAnswers(store, log, {
      holdMs: HOLD_MS,
      isRunning: (id) => runner.isRunning(id),
      isShared: turn.isShared,
    });
    const schedules = { schedule, waits };
    const recovery: Recovery = new Recovery(store, runner, schedules, health, log, (id) => tracker.has(id));
    waits.start(LONGEST_WAIT_MS);
    stopping.takingNoMore.addEventListener('abort', () => waits.stop());
    this.turn = turn;
    this.#pickUp = new PickUp(store, runner, log, stopping.takingNoMore);
    this.#settlement = settlement;
    this.#store = store;
    this.#sequences = sequences;
    this.context = context;
    this.tracker = tracker;
    this.runner = runner;
    this.recovery = recovery;
    this.answers = answers;
  }

  /** From now on this process leads operations out, those that other servers have accepted and will accept included. */
  lead(): void {
    this.turn.begin();
    this.othersWrote();
  }

  /** Other servers on the database may have accepted, cancelled or ended something. */
  othersWrote(): void {
    if (this.turn.isShared && this.turn.isOurs) this.#pickUp.look();
    this.answers.othersWrote();
  }

  /** For what only the process that works on hosts can do or knows. */
  refuseElsewhere(): void {
    if (this.turn.isOurs) return;
    const other = this.#store.sharing?.otherAtWork() ?? null;
    const where = other === null ? 'none does at the moment' : `that is ${other}`;
    throw new DomainError(
      'unavailable',
      `only the server that works on the hosts can answer this: ${where}. Send the request there, or again later`,
    );
  }

  /** Operations running now: the original's in-flight tracker. */
  async countInFlight(): Promise<number> {
    if (!this.turn.isShared) return this.tracker.inFlight;
    return this.#store.read((tx) => this.#settlement.countInFlight(tx));
  }

  begin<Request>(
    kind: BeginningKind<Request>,
    request: Request,
    by: Requester,
    idempotency?: IdempotencyRequest,
  ): Promise<QueueTicket> {
    return this.#takingUp(this.runner.begin(kind, request, { by, idempotency }));
  }

  beginSequence<Request>(kind: SequenceKind<Request, unknown>, request: Request, by: Requester): Promise<QueueTicket> {
    return this.#takingUp(this.runner.beginSequence(kind, request, { by }));
  }

  /** Ends a sequence after the part that runs, asked once or again; `conflict` for whatever is none. */
  async cancel(operationId: Id): Promise<void> {
    await this.#store.write(async (tx) => {
      const record = await tx.operations.find(operationId);
      if (!record) throw idNotFound();
      if (!this.#sequences.isSequence(record)) throw notToBeCancelled(record);
      await cancel(tx, operationId);
    });
    if (this.turn.isOurs) void this.#endCancelled(operationId);
  }

  async beginJob<Request>(job: Job<Request>, request: Request, by: Requester): Promise<QueueTicket> {
    this.refuseElsewhere();
    return this.#takingUp(this.runner.beginJob(job, request, by));
  }

  /** Whoever works on it may have looked before it was cancelled. */
  async #endCancelled(operationId: Id): Promise<void> {
    if ((await this.runner.recover(operationId)) !== 'busy') return;
    await this.runner.ended(operationId);
    await this.runner.recover(operationId);
  }

  /** What an earlier process left unfinished is in the way of a client: it is led out now. */
  async #takingUp<T>(starting: Promise<T>): Promise<T> {
    try {
      return await starting;
    } catch (error) {
      if (!(error instanceof ChangeInProgress)) throw error;
      const record = await this.#store.read((tx) => tx.operations.find(error.operationId));
      if (record?.copiedAt !== undefined) throw error.waitingForSomebody();
      this.recovery.takeUp(error.operationId);
      throw error;
    }
  }
}
