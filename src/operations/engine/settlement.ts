import { DomainError, isUnavailable } from '../../domain/errors.js';
import type { Id } from '../../domain/ids.js';
import type { PendingOperation } from '../../domain/pending-operation.js';
import type { ReadTx, Tx } from '../../store/store.js';
import { steadyUnixMs } from '../../timing/clocks.js';
import { errorText, isRefusal } from './error-text.js';
import { awaitLeftovers, type UnsettledHosts } from './leftovers.js';
import {
  ALL_UNDONE,
  type AnyKind,
  type Attempt,
  type EngineContext,
  type Intent,
  type Interruption,
  NeverBegun,
  type OperationOutcome,
  type Undone,
} from './operation.js';
import type { PatientStore } from './patient-store.js';
import type { Later, Schedule } from './schedule.js';
import { ServerStopping } from './stopping.js';
import * as beginnings from './transitions/beginnings.js';
import * as ends from './transitions/ends.js';

/** A pending record with all it names. */
export interface Loaded {
  readonly operationId: Id;
  readonly kind: AnyKind;
  readonly work: unknown;
  readonly after: Interruption;
  /** Interrupted, and its client has not come for the answer since the start, nor can it repeat the request by a key. */
  readonly isDeserted: boolean;
  /** See PendingOperation. */
  readonly isUntouched: boolean;
  /** See beginnings.isLeftToAnybody. */
  readonly isLeft: boolean;
  /** See beginnings.requestIn. */
  readonly request: unknown;
  /** Somebody may be waiting at /queue for its answer. */
  readonly isAwaited: boolean;
  /** Unix milliseconds. */
  readonly acceptedAt: number;
}

/** A try in vain, in the process that made it. */
export interface Failure {
  readonly cause: unknown;
  /** Builds a further try; null when there is to be none. */
  readonly rebuild: ((tx: Tx) => Promise<Intent>) | null;
}

/** `kept`: the record stays, or another one with what is left. An intent: it is to be tried again. */
export type Settled = 'ended' | 'kept' | Intent;

const NOTHING: ReadonlySet<Id> = new Set();

/** Leads operations to their end: forward, or back when the hosts ask for it; or keeps their records. */
export class Settlement {
  readonly #context: EngineContext;
  readonly #store: PatientStore;
  readonly #kinds: ReadonlyMap<string, AnyKind>;
  readonly #schedule: Schedule;
  readonly #wasAskedFor: (operationId: Id) => boolean;

  /** `wasAskedFor`: whether the client of an interrupted operation has come for its answer since the start. */
  constructor(
    context: EngineContext,
    store: PatientStore,
    kinds: readonly AnyKind[],
    schedule: Schedule,
    wasAskedFor: (operationId: Id) => boolean,
  ) {
    this.#context = context;
    this.#store = store;
    this.#kinds = new Map(kinds.map((kind) => [kind.type, kind]));
    this.#schedule = schedule;
    this.#wasAskedFor = wasAskedFor;
  }

  /** Null when nobody knows the record's kind, or it names rows that do not exist. */
  load(operationId: Id): Promise<Loaded | null> {
    return this.#store.read(async (tx) => {
      const record = await tx.operations.find(operationId);
      const kind = record ? this.#kinds.get(record.type) : undefined;
      const work: unknown = record && kind ? await kind.load(tx, record) : null;
      if (!record || !kind || work === null) return null;
      const entry = await tx.queue.findByOperation(operationId);
      const after = interruptionOf(record);
      const isAwaited = entry?.state === 'pending';
      return {
        operationId,
        kind,
        work,
        after,
        // What had not been begun when a copy was made may have been since.
        isUntouched: (record.isUntouched ?? false) && record.copiedAt === undefined,
        isLeft: beginnings.isLeftToAnybody(record),
        request: beginnings.requestIn(record),
        isAwaited,
        isDeserted: after === 'crash' && isAwaited && (await this.#isDeserted(tx, operationId, entry.id)),
        acceptedAt: entry?.createdAt ?? record.createdAt * 1000,
      };
    });
  }

  /** On a database that servers share: those of all of them that take a place among the operations in flight. */
  async countInFlight(tx: ReadTx): Promise<number> {
    const counts = await tx.operations.countNewByType();
    return [...counts].reduce((sum, [type, count]) => sum + (this.#kinds.get(type)?.isCounted ? count : 0), 0);
  }

  async #isDeserted(tx: ReadTx, operationId: Id, queueId: Id): Promise<boolean> {
    return !this.#wasAskedFor(operationId) && !(await tx.idempotencyKeys.refersToQueueEntry(queueId));
  }

  /** The first try: the look before the first change, for kinds that have one, then the change, then the books. */
  async attempt(loaded: Loaded): Promise<Settled> {
    const { operationId, kind } = loaded;
    let { work } = loaded;
    if (loaded.isUntouched) {
      if (kind.examine) work = await kind.examine(work, this.#context);
      await this.#store.write((tx) => beginnings.markBegun(tx, operationId));
    }
    if (!kind.exec) throw new Error(`operations of kind ${kind.type} are not begun here`);
    const outcome: unknown = await kind.exec(work, this.#context, this.#attempt(operationId, new Map()));
    return this.#succeed({ ...loaded, work }, outcome);
  }

  /**
   * Leads an operation out whose process died (no `failure`), or whose try failed. The client of a failed try is told so
   * when it can't be led out now; the client of an interrupted one waits for what becomes of it.
   */
  async leadOut(loaded: Loaded, failure: Failure | null): Promise<Settled> {
    try {
      const neverBegun = failure?.cause instanceof NeverBegun ? failure.cause.ids : NOTHING;
      const way = loaded.isUntouched ? UNTOUCHED : await this.#wayOut(loaded, failure, neverBegun);
      if (way.direction === 'forward') return await this.#finish(loaded, way.unsettledHosts, failure);
      const undone = loaded.isUntouched ? ALL_UNDONE : await this.#undo(loaded, way.unsettledHosts, neverBegun);
      return await this.#takeBack(loaded, undone, failure);
    } catch (error) {
      if (error instanceof ServerStopping) throw error;
      return this.#keep(loaded, error, failure);
    }
  }

  /** Asks the hosts, once nothing of the operation runs on them any more. */
  async #wayOut(loaded: Loaded, failure: Failure | null, neverBegun: ReadonlySet<Id>): Promise<Way> {
    const { operationId, kind, work, after } = loaded;
    const isDeserted = after === 'crash' && loaded.isDeserted;
    const leftovers = kind.leftovers(work, after);
    const unsettledHosts = await awaitLeftovers(leftovers, failure?.cause ?? null, this.#context);
    const direction = (await kind.direction?.(work, this.#context, { after, isDeserted, neverBegun })) ?? 'back';
    this.#context.log.info({ op: kind.type, opId: operationId, direction }, 'leading operation out');
    return { direction, unsettledHosts };
  }

  /** A refusal is an answer, for which a client would wait in vain as long as the same refusal is met again. */
  async #finish(loaded: Loaded, unsettledHosts: UnsettledHosts, failure: Failure | null): Promise<Settled> {
    const { operationId, kind, work, isAwaited } = loaded;
    if (!kind.finish) throw new Error(`operations of kind ${kind.type} only go back`);
    try {
      const outcome: unknown = await kind.finish(work, this.#context, this.#attempt(operationId, unsettledHosts));
      return await this.#succeed(loaded, outcome);
    } catch (error) {
      if (failure || !isRefusal(error) || !isAwaited) throw error;
      const now = (await this.load(operationId)) ?? loaded;
      return this.leadOut({ ...now, after: 'failure' }, { cause: error, rebuild: null });
    }
  }

  async #undo(loaded: Loaded, unsettledHosts: UnsettledHosts, neverBegun: ReadonlySet<Id>): Promise<Undone> {
    const { operationId, kind, work } = loaded;
    await this.#store.write((tx) => beginnings.beginUndoing(tx, operationId));
    return kind.undo(work, this.#context, { ...this.#attempt(operationId, unsettledHosts), neverBegun });
  }

  async #succeed(loaded: Loaded, outcome: unknown): Promise<Settled> {
    const { operationId, kind, work } = loaded;
    const { isEnded, next } = await this.#store.write(async (tx) => {
      if (!kind.finalize) throw new Error(`operations of kind ${kind.type} only go back`);
      const telling = await ends.approachOutcome(tx, operationId);
      const finalized = await kind.finalize(tx, work, outcome);
      const next = this.#nextTry(finalized.failure);
      return { isEnded: await ends.succeed(tx, telling, finalized, next.after), next };
    });
    this.#tell(loaded, isEnded ? 'succeeded' : 'failed');
    next.announce(operationId);
    return isEnded ? 'ended' : 'kept';
  }

  async #takeBack(loaded: Loaded, undone: Undone, failure: Failure | null): Promise<Settled> {
    const { operationId, kind, work } = loaded;
    const taken = await this.#store.write(async (tx) => {
      const telling = await ends.approachOutcome(tx, operationId);
      const retracted = await kind.retract(tx, work, undone);
      const next = this.#nextTry(undone.failure);
      const intent = failure?.rebuild ? await this.#rebuild(tx, loaded, failure.rebuild) : null;
      const { parked, keeps } = retracted;
      if (parked !== null) await ends.postpone(tx, parked, next.after);
      const reason = failure ? failure.cause : undone.failure;
      const error = failure || keeps ? errorText(reason) : interrupted(kind.type);
      if (!intent)
        await ends.takeBack(tx, telling, {
          keeps,
          error,
          later: next.after,
          isInterrupted: failure === null && !keeps,
        });
      return { intent, isLeft: parked !== null || keeps !== undefined, kept: parked ?? operationId, next };
    });
    taken.next.announce(taken.kept);
    if (taken.intent) return taken.intent;
    this.#tell(loaded, taken.isLeft ? 'failed' : 'rolled-back');
    return taken.isLeft ? 'kept' : 'ended';
  }

  async #rebuild(tx: Tx, { kind, operationId }: Loaded, build: (tx: Tx) => Promise<Intent>): Promise<Intent | null> {
    try {
      const intent = await build(tx);
      await beginnings.beginAgain(tx, kind, operationId, intent);
      return intent;
    } catch (error) {
      if (!(error instanceof DomainError) || isUnavailable(error)) throw error;
      this.#context.log.warn({ op: kind.type, opId: operationId, err: error }, 'no second try is possible');
      return null;
    }
  }

  async #keep(loaded: Loaded, error: unknown, failure: Failure | null): Promise<Settled> {
    const { operationId, kind } = loaded;
    if (failure)
      this.#context.log.error(
        { op: kind.type, opId: operationId, err: error },
        'operation could not be undone; kept for recovery',
      );
    const answer = failure ? errorText(failure.cause) : null;
    const next = await this.#store.write(async (tx) => {
      const tryLater = this.#nextTry(error);
      await ends.keep(tx, operationId, answer, tryLater.after);
      return tryLater;
    });
    if (failure) this.#tell(loaded, 'failed');
    next.announce(operationId);
    return 'kept';
  }

  /** The next try after `error`, once a record asks for it. */
  #nextTry(error: unknown) {
    let planned: Later | null = null;
    const after = (before: PendingOperation): Later => {
      planned = this.#schedule.after(before, error);
      return planned;
    };
    const announce = (operationId: Id): void => {
      if (planned) this.#schedule.announce(operationId, planned, error);
    };
    return { after, announce };
  }

  #attempt(operationId: Id, unsettledHosts: UnsettledHosts): Attempt {
    const note = (notes: object) => this.#store.write((tx) => beginnings.note(tx, operationId, notes));
    return { unsettledHosts, note };
  }

  #tell({ kind, acceptedAt }: Loaded, outcome: OperationOutcome): void {
    this.#context.onOutcome?.(kind.type, outcome, Math.max(0, steadyUnixMs() - acceptedAt));
  }
}

interface Way {
  readonly direction: 'forward' | 'back';
  readonly unsettledHosts: UnsettledHosts;
}

const UNTOUCHED: Way = { direction: 'back', unsettledHosts: new Map() };

/** An operation of a restored copy may have ended, or gone further, since the copy was made: it is no order any longer. */
function interruptionOf({ isUndoing, copiedAt, answered }: PendingOperation): Interruption {
  if (isUndoing) return 'undo';
  if (copiedAt !== undefined || answered === 'success') return 'failure';
  return answered === 'failure' ? 'answered' : 'crash';
}

function interrupted(type: string): string {
  return `the server was restarted during this operation (${type}); it was undone, send the request again`;
}
