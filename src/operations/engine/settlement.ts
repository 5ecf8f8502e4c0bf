import { DomainError, isUnavailable } from '../../domain/errors.js';
import type { Id } from '../../domain/ids.js';
import { manageName } from '../../domain/node.js';
import { CommandError, TransportError } from '../../executors/executor.js';
import type { Tx } from '../../store/store.js';
import { steadyUnixMs } from '../../timing/clocks.js';
import { pause } from '../../timing/timers.js';
import { awaitStillness, awaitStillPeers } from '../volumes/stillness.js';
import { BricksNotMade } from '../volumes/volume-bricks.js';
import { ExecutorClosed } from './closable-executor.js';
import {
  ALL_UNDONE,
  type AnyOperationKind,
  type EngineContext,
  type Execution,
  type Interruption,
  type OperationOutcome,
  type Undone,
} from './operation.js';
import { answerQueueOf, type Intent, newRecord } from './operation-records.js';

/** Between tries to use a database whose disk is full or fails. */
const FIRST_PAUSE_MS = 200;
const LONGEST_PAUSE_MS = 2000;

/** A pending record with all it names. */
export interface Loaded {
  readonly operationId: Id;
  readonly kind: AnyOperationKind;
  readonly plan: unknown;
  readonly after: Interruption;
  /** Interrupted, and its client has not come for the answer since the start, nor can it repeat the request by a key. */
  readonly isDeserted: boolean;
  /** See PendingOperation. */
  readonly isUntouched: boolean;
  /** See PendingOperation.copiedAt. */
  readonly isCopied: boolean;
  /** Somebody may be waiting at /queue for its answer. */
  readonly isAwaited: boolean;
  /** Unix milliseconds. */
  readonly acceptedAt: number;
}

export type Build = (tx: Tx, operationId: Id) => Promise<Intent>;

/** The server stops and leaves the operation to recovery. */
export class Abandoned extends Error {
  constructor() {
    super('the server is shutting down; the operation is left to recovery');
    this.name = 'Abandoned';
  }
}

/** Leads operations to their end: forward, or back when the hosts ask for it; or keeps their records. */
export class Settlement {
  readonly #context: EngineContext;
  readonly #kinds: ReadonlyMap<string, AnyOperationKind>;
  readonly #onKept: (operationId: Id, error: unknown, isCopied: boolean) => void;
  readonly #wasAskedFor: (operationId: Id) => boolean;
  #isAbandoned = false;

  /**
   * `onKept` is told of operations whose records stay, to be tried again later; `wasAskedFor` tells whether the client
   * of an interrupted one has come for its answer since the start.
   */
  constructor(
    context: EngineContext,
    kinds: readonly AnyOperationKind[],
    onKept: (operationId: Id, error: unknown, isCopied: boolean) => void,
    wasAskedFor: (operationId: Id) => boolean,
  ) {
    this.#context = context;
    this.#kinds = new Map(kinds.map((kind) => [kind.type, kind]));
    this.#onKept = onKept;
    this.#wasAskedFor = wasAskedFor;
  }

  /** From now on nothing is written for any operation: what still runs ends with Abandoned. */
  abandon(): void {
    this.#isAbandoned = true;
  }

  /** Null when nobody knows the record's kind, or it names rows that do not exist. */
  load(operationId: Id): Promise<Loaded | null> {
    return this.#patiently(() => this.#load(operationId));
  }

  async #load(operationId: Id): Promise<Loaded | null> {
    return this.#context.store.read(async (tx) => {
      const record = await tx.operations.find(operationId);
      const kind = record ? this.#kinds.get(record.type) : undefined;
      if (!record || !kind) return null;
      const plan: unknown = await kind.load(tx, record);
      if (plan === null) return null;
      const entry = await tx.queue.findByOperation(operationId);
      // Since the copy was made the operation may have ended: what was ordered then is an order no longer, and what its
      // record has not begun may have been begun.
      const isCopied = record.copiedAt !== undefined;
      const after = record.isUndoing ? 'undo' : record.answered === null && !isCopied ? 'crash' : 'failure';
      const acceptedAt = entry?.createdAt ?? record.createdAt * 1000;
      const isUntouched = (record.isUntouched ?? false) && !isCopied;
      const isAwaited = entry?.state === 'pending';
      const isDeserted =
        after === 'crash' &&
        isAwaited &&
        !this.#wasAskedFor(operationId) &&
        !(await tx.idempotencyKeys.refersToQueueEntry(entry.id));
      return { operationId, kind, plan, after, isDeserted, isUntouched, isCopied, isAwaited, acceptedAt };
    });
  }

  /** The look before the first change, for kinds that have one; from then on the record counts as begun. */
  async begin(loaded: Loaded): Promise<Loaded> {
    const { operationId, kind, isUntouched } = loaded;
    if (!kind.examine || !isUntouched) return loaded;
    const plan: unknown = await kind.examine(loaded.plan, this.#context);
    await this.write((tx) => tx.operations.markTouched(operationId));
    return { ...loaded, plan, isUntouched: false };
  }

  /** False when the record lives on, for what could not be done on all hosts. */
  async exec(loaded: Loaded, resumed: Pick<Execution, 'unsettledHosts'> | null): Promise<boolean> {
    const { operationId, kind, plan } = loaded;
    const execution: Execution = {
      isResumed: resumed !== null,
      unsettledHosts: resumed?.unsettledHosts ?? new Map(),
      keepNotes: () => this.#keepNotes(loaded),
    };
    const outcome: unknown = await kind.exec(plan, this.#context, execution);
    const { isEnded, failure } = await this.write(async (tx) => {
      const { location, remaining = [], failure } = await kind.finalize(tx, plan, outcome);
      const record = remaining.length > 0 ? await tx.operations.find(operationId) : null;
      if (record) await tx.operations.update({ ...record, status: 'failed', actions: remaining });
      else await tx.operations.delete(operationId);
      await answerQueueOf(tx, operationId, { location });
      return { isEnded: record === null, failure };
    });
    this.#tell(loaded, isEnded ? 'succeeded' : 'failed');
    if (!isEnded) this.#onKept(operationId, failure, loaded.isCopied);
    return isEnded;
  }

  /** After a failed exec. Null when the operation has ended, the new intent when it is to be tried again. */
  async leadOut(loaded: Loaded, cause: unknown, rebuild: Build | null): Promise<Intent | null> {
    const { operationId, kind, plan } = loaded;
    if (this.#isAbandoned || cause instanceof ExecutorClosed) throw new Abandoned();
    const error = errorText(cause);
    let undone: Undone | null;
    try {
      await this.#keepNotes(loaded);
      undone = await this.#undo(loaded, cause, (unsettledHosts) => this.exec(loaded, { unsettledHosts }));
      if (!undone) return null;
    } catch (fault) {
      if (this.#isAbandoned || fault instanceof ExecutorClosed) throw new Abandoned();
      this.#context.log.error(
        { op: kind.type, opId: operationId, err: fault },
        'operation could not be undone; kept for recovery',
      );
      await this.write(async (tx) => {
        await tx.operations.setStatus([operationId], 'failed');
        await answerQueueOf(tx, operationId, { error });
      });
      this.#tell(loaded, 'failed');
      this.#onKept(operationId, fault, loaded.isCopied);
      return null;
    }
    const { intent, parked } = await this.write(async (tx) => {
      const parked = await kind.retract(tx, plan, undone);
      const intent = rebuild && (await this.#rebuild(tx, loaded, rebuild));
      if (!intent) {
        if (parked !== operationId) await tx.operations.delete(operationId);
        await answerQueueOf(tx, operationId, { error });
      }
      return { intent, parked };
    });
    if (!intent) this.#tell(loaded, parked ? 'failed' : 'rolled-back');
    if (parked) this.#onKept(parked, undone.failure, loaded.isCopied && parked === operationId);
    return intent;
  }

  /**
   * Leads an operation out whose process died, or whose undo failed. Throws when the hosts do not allow it now: the
   * record is kept. False when part of it is kept.
   */
  async recover(loaded: Loaded): Promise<boolean> {
    const { operationId, kind, plan } = loaded;
    try {
      let isEnded = true;
      const undone = await this.#undo(loaded, null, async (unsettledHosts) => {
        isEnded = await this.#goOn(loaded, unsettledHosts);
      });
      if (!undone) return isEnded;
      const parked = await this.write(async (tx) => {
        const parked = await kind.retract(tx, plan, undone);
        if (parked !== operationId) await tx.operations.delete(operationId);
        const error = parked === operationId ? errorText(undone.failure) : interrupted(kind.type);
        await answerQueueOf(tx, operationId, { error });
        return parked;
      });
      this.#tell(loaded, parked ? 'failed' : 'rolled-back');
      if (parked) this.#onKept(parked, undone.failure, loaded.isCopied && parked === operationId);
      return parked !== operationId;
    } catch (error) {
      if (this.#isAbandoned || error instanceof ExecutorClosed) throw new Abandoned();
      this.#onKept(operationId, error, loaded.isCopied);
      throw error;
    }
  }

  /** What the undo came to; null after `goForward`, when the hosts ask for that. */
  async #undo(
    loaded: Loaded,
    cause: unknown,
    goForward: (unsettledHosts: ReadonlyMap<string, TransportError>) => Promise<unknown>,
  ): Promise<Undone | null> {
    const { operationId, kind, plan, after, isUntouched } = loaded;
    const isDeserted = after === 'crash' && loaded.isDeserted;
    if (isUntouched) return ALL_UNDONE;
    const unsettledHosts = await this.#awaitLeftovers(loaded, cause);
    const direction = await kind.direction(plan, this.#context, after, isDeserted);
    this.#context.log.info({ op: kind.type, opId: operationId, direction }, 'leading operation out');
    if (direction === 'forward') {
      await goForward(unsettledHosts);
      return null;
    }
    await this.write((tx) => tx.operations.markUndoing(operationId));
    const keepNotes = () => this.#keepNotes(loaded);
    return kind.undo(plan, this.#context, { cause, unsettledHosts, keepNotes });
  }

  /** A refusal is an answer, for which a client would wait in vain as long as the same refusal is met again. */
  async #goOn(loaded: Loaded, unsettledHosts: ReadonlyMap<string, TransportError>): Promise<boolean> {
    try {
      return await this.exec(loaded, { unsettledHosts });
    } catch (error) {
      const isRefused = (error instanceof DomainError && !isUnavailable(error)) || error instanceof CommandError;
      if (!isRefused || !loaded.isAwaited) throw error;
      await this.leadOut({ ...loaded, after: 'failure' }, error, null);
      return (await this.#context.store.read((tx) => tx.operations.find(loaded.operationId))) === null;
    }
  }

  /** Nobody else would write it: a database that can't take it now is asked again until it does. */
  async write<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    return this.#patiently(() => {
      if (this.#isAbandoned) throw new Abandoned();
      return this.#context.store.write(work);
    });
  }

  async #patiently<T>(work: () => Promise<T>): Promise<T> {
    for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
      try {
        return await work();
      } catch (error) {
        if (this.#isAbandoned) throw new Abandoned();
        if (!isUnavailable(error)) throw error;
        const log = pauseMs === FIRST_PAUSE_MS ? this.#context.log.warn : this.#context.log.debug;
        log.call(
          this.#context.log,
          { err: error, nextTryMs: pauseMs },
          'the database can not be used now; tried again',
        );
        await pause(pauseMs);
      }
    }
  }

  #tell({ kind, acceptedAt }: Loaded, outcome: OperationOutcome): void {
    this.#context.onOutcome?.(kind.type, outcome, Math.max(0, steadyUnixMs() - acceptedAt));
  }

  /** Answers the hosts that can't be asked and need not be; a node that was given up (state failed) is one. */
  async #awaitLeftovers({ kind, plan, after }: Loaded, cause: unknown): Promise<ReadonlyMap<string, TransportError>> {
    const { mustEnd, mayStay, volumes = [], poolOf = [] } = kind.leftovers(plan, after);
    const unsettled = new Map<string, TransportError>();
    const wait = async (host: string): Promise<void> => {
      try {
        await this.#context.hosts.executor.awaitLeftovers(host);
      } catch (error) {
        if (!(error instanceof TransportError)) throw error;
        unsettled.set(host, error);
      }
    };
    await Promise.all([...new Set([...mustEnd, ...mayStay])].map(wait));
    if (mustEnd.some((host) => unsettled.has(host))) {
      const nodes = await this.#context.store.read((tx) => tx.nodes.list());
      const givenUp = new Set(nodes.filter(({ state }) => state === 'failed').map(manageName));
      for (const host of mustEnd) {
        const error = givenUp.has(host) ? undefined : unsettled.get(host);
        if (error) throw error;
      }
    }
    if (mayGoOn(cause)) {
      await awaitStillness(volumes, this.#context);
      await awaitStillPeers(poolOf, this.#context);
    }
    return unsettled;
  }

  async #keepNotes({ operationId, kind, plan }: Loaded): Promise<void> {
    const notes = kind.notes?.(plan);
    if (!notes) return;
    await this.write(async (tx) => {
      const record = await tx.operations.find(operationId);
      if (record) await tx.operations.update({ ...record, plan: { ...(record.plan as object | null), ...notes } });
    });
  }

  async #rebuild(tx: Tx, { kind, operationId }: Loaded, build: Build): Promise<Intent | null> {
    try {
      const intent = await build(tx, operationId);
      const record = newRecord(kind, operationId, intent);
      const before = await tx.operations.find(operationId);
      await tx.operations.update(
        before ? { ...record, createdAt: before.createdAt, requestedBy: before.requestedBy } : record,
      );
      return intent;
    } catch (error) {
      if (!(error instanceof DomainError) || isUnavailable(error)) throw error;
      this.#context.log.warn({ op: kind.type, opId: operationId, err: error }, 'no second try is possible');
      return null;
    }
  }
}

/** After a refusal there is nothing that gluster still works on; after a lost answer, or a lost process, there may be. */
function mayGoOn(cause: unknown): boolean {
  if (cause instanceof TransportError) return cause.mayHaveRun;
  return !(cause instanceof CommandError || cause instanceof DomainError || cause instanceof BricksNotMade);
}

function interrupted(type: string): string {
  return `the server was restarted during this operation (${type}); it was undone, send the request again`;
}

/** The text a client gets: what a host said, or our own refusal; never the inside of a defect. */
export function errorText(error: unknown): string {
  if (error instanceof BricksNotMade) return errorText(error.cause);
  if (error instanceof DomainError) return error.message;
  if (error instanceof Error && (error.name === 'CommandError' || error.name === 'TransportError'))
    return error.message;
  return 'internal error; see the server log';
}
