import { DomainError } from '../domain/errors.js';
import { type Id, newId } from '../domain/ids.js';
import type { Action, PendingOperation } from '../domain/pending-operation.js';
import type { Tx } from '../store/store.js';
import type { AnyOperationKind, OperationContext } from './operation.js';
import type { IdempotencyRequest, QueueTicket } from './ports.js';
import type { OperationTracker } from './tracker.js';

/** What `build` decided: stored before any host is touched. */
export interface Intent {
  readonly actions: readonly Action[];
  /** JSON of whatever no row holds yet. */
  readonly plan: unknown;
}

export interface StartOptions {
  /** Checks that come before the in-flight limit. */
  readonly check?: (tx: Tx) => Promise<void>;
  /** Allocates and records, for operation `operationId`; called again for each retry. */
  readonly build: (tx: Tx, operationId: Id) => Promise<Intent>;
  /** Further tries with a new build after `exec` failed and was undone. */
  readonly retries?: number;
  readonly isCounted?: boolean;
  readonly idempotency?: IdempotencyRequest | undefined;
}

/** Ends a job; answers with the path of a resulting resource or null. */
export type JobEnd = (tx: Tx) => Promise<string | null>;

const IDEMPOTENCY_KEY_LIFE_MS = 24 * 3600 * 1000;

/**
 * Runs operations: intent in one transaction, hosts, then one transaction that settles the store, ends the record
 * and gives the client's queue entry its answer. Whatever the process dies in the middle of, `recover` leads out.
 */
export class OperationRunner {
  readonly #context: OperationContext;
  readonly #tracker: OperationTracker;
  readonly #kinds: ReadonlyMap<string, AnyOperationKind>;
  readonly #running = new Set<Promise<void>>();
  #isClosed = false;

  constructor(context: OperationContext, tracker: OperationTracker, kinds: readonly AnyOperationKind[]) {
    this.#context = context;
    this.#tracker = tracker;
    this.#kinds = new Map(kinds.map((kind) => [kind.type, kind]));
  }

  /** Stores the intent and answers with the queue id; the hosts' part goes on in the background. */
  async start(kind: AnyOperationKind, options: StartOptions): Promise<QueueTicket> {
    this.#refuseWhenClosed();
    const operationId = newId();
    const queueId = newId();
    let isAdmitted = false;
    let repeated: QueueTicket | null = null;
    try {
      await this.#context.store.write(async (tx) => {
        isAdmitted = false;
        repeated = await findRepeated(tx, options.idempotency);
        if (repeated) return;
        await options.check?.(tx);
        if (options.isCounted === false) this.#tracker.track(operationId);
        else this.#tracker.admit(operationId);
        isAdmitted = true;
        const intent = await options.build(tx, operationId);
        await tx.operations.insert(newRecord(kind, operationId, intent));
        await tx.queue.insert({
          id: queueId,
          operationId,
          state: 'pending',
          location: null,
          error: null,
          createdAt: Date.now(),
        });
        if (options.idempotency) {
          await tx.idempotencyKeys.deleteOlderThan(Date.now() - IDEMPOTENCY_KEY_LIFE_MS);
          await tx.idempotencyKeys.insert({ ...options.idempotency, queueId, createdAt: Date.now() });
        }
      });
    } catch (error) {
      if (isAdmitted) this.#tracker.release(operationId);
      throw error;
    }
    if (repeated) return repeated;
    this.#inBackground(operationId, () => this.#run(kind, operationId, options));
    return { queueId };
  }

  /**
   * Work that leaves no pending record: it changes one row, or only reads a host. What changes rows is done by the
   * function that `work` answers with, in the unit that also answers the client.
   */
  async startJob(name: string, work: () => Promise<JobEnd>, check?: (tx: Tx) => Promise<void>): Promise<QueueTicket> {
    this.#refuseWhenClosed();
    const queueId = newId();
    await this.#context.store.write(async (tx) => {
      await check?.(tx);
      await tx.queue.insert({
        id: queueId,
        operationId: null,
        state: 'pending',
        location: null,
        error: null,
        createdAt: Date.now(),
      });
    });
    this.#inBackground(null, async () => {
      try {
        const end = await work();
        await this.#context.store.write(async (tx) => answerQueue(tx, queueId, { location: await end(tx) }));
      } catch (error) {
        this.#context.log.warn({ op: name, err: error }, 'request failed');
        await this.#context.store.write((tx) => answerQueue(tx, queueId, { error: errorText(error) }));
      }
    });
    return { queueId };
  }

  /**
   * Leads an operation whose process died, or whose undo failed, out: finishes it or takes it back, whichever the
   * hosts allow. False when the record was kept because the hosts could not be asked, or nobody knows its kind.
   */
  async recover(operationId: Id): Promise<boolean> {
    if (!this.#tracker.tryAdmit(operationId)) return false;
    const log = this.#context.log.child({ opId: operationId });
    try {
      const found = await this.#load(operationId);
      if (!found) return false;
      const { kind, plan, after } = found;
      const direction = await kind.direction(plan, this.#context, after);
      log.info({ op: kind.type, direction }, 'recovering operation');
      if (direction === 'forward') await this.#execAndSettle(kind, operationId, plan, true);
      else await this.#undoAndSettle(kind, operationId, plan, interrupted(kind.type));
      return true;
    } catch (error) {
      log.warn({ err: error }, 'operation could not be recovered; it is kept and tried again');
      return false;
    } finally {
      this.#tracker.release(operationId);
    }
  }

  /** Refuses new work and waits until what runs has ended, or `limitMs` have passed: recovery does the rest. */
  async drain(limitMs: number): Promise<void> {
    this.#isClosed = true;
    const limit = new Promise<void>((done) => setTimeout(done, limitMs).unref());
    await Promise.race([this.settled(), limit]);
  }

  /** Resolves when nothing runs any more. */
  async settled(): Promise<void> {
    while (this.#running.size > 0) await Promise.allSettled([...this.#running]);
  }

  #refuseWhenClosed(): void {
    if (this.#isClosed)
      throw new DomainError('unavailable', 'the server is shutting down; send the request again once it is back');
  }

  #inBackground(operationId: Id | null, work: () => Promise<void>): void {
    const running = this.#tracker
      .run(work)
      .catch((error: unknown) => {
        this.#context.log.error(
          { opId: operationId, err: error },
          'operation ended without settling; it is kept for recovery',
        );
      })
      .finally(() => {
        if (operationId) this.#tracker.release(operationId);
        this.#running.delete(running);
      });
    this.#running.add(running);
  }

  async #run(kind: AnyOperationKind, operationId: Id, options: StartOptions): Promise<void> {
    const log = this.#context.log.child({ op: kind.type, opId: operationId });
    for (let triesLeft = options.retries ?? 0; ; triesLeft--) {
      const found = await this.#load(operationId);
      if (!found) throw new Error(`the record of operation ${operationId} is incomplete`);
      try {
        await this.#execAndSettle(kind, operationId, found.plan, false);
        return;
      } catch (error) {
        log.warn({ err: error }, 'operation failed on the hosts');
        if (await this.#leadOut(kind, operationId, found.plan, error, triesLeft > 0 ? options.build : null)) return;
      }
    }
  }

  /** After a failed exec. True when the operation has ended, false when it is to be tried again. */
  async #leadOut(
    kind: AnyOperationKind,
    operationId: Id,
    plan: unknown,
    cause: unknown,
    rebuild: StartOptions['build'] | null,
  ): Promise<boolean> {
    const text = errorText(cause);
    try {
      if ((await kind.direction(plan, this.#context, 'failure')) === 'forward') {
        await this.#execAndSettle(kind, operationId, plan, true);
        return true;
      }
      await kind.undo(plan, this.#context);
    } catch (error) {
      this.#context.log.error(
        { op: kind.type, opId: operationId, err: error },
        'operation could not be undone; kept for recovery',
      );
      await this.#context.store.write(async (tx) => {
        await tx.operations.setStatus([operationId], 'failed');
        await answerQueueOf(tx, operationId, { error: text });
      });
      return true;
    }
    return this.#context.store.write(async (tx) => {
      await kind.retract(tx, plan);
      if (rebuild && (await this.#rebuild(tx, kind, operationId, rebuild))) return false;
      await endRecord(tx, operationId);
      await answerQueueOf(tx, operationId, { error: text });
      return true;
    });
  }

  async #rebuild(tx: Tx, kind: AnyOperationKind, operationId: Id, build: StartOptions['build']): Promise<boolean> {
    try {
      const record = newRecord(kind, operationId, await build(tx, operationId));
      await tx.operations.update(record);
      return true;
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
      this.#context.log.warn({ op: kind.type, opId: operationId, err: error }, 'no second try is possible');
      return false;
    }
  }

  async #execAndSettle(kind: AnyOperationKind, operationId: Id, plan: unknown, isResumed: boolean): Promise<void> {
    const outcome: unknown = await kind.exec(plan, this.#context, isResumed);
    await this.#context.store.write(async (tx) => {
      const { location, remaining } = await kind.finalize(tx, plan, outcome);
      if (remaining && remaining.length > 0) {
        const record = await tx.operations.find(operationId);
        if (record) await tx.operations.update({ ...record, status: 'failed', actions: remaining });
      } else {
        await endRecord(tx, operationId);
      }
      await answerQueueOf(tx, operationId, { location });
    });
  }

  async #undoAndSettle(kind: AnyOperationKind, operationId: Id, plan: unknown, text: string): Promise<void> {
    await kind.undo(plan, this.#context);
    await this.#context.store.write(async (tx) => {
      await kind.retract(tx, plan);
      await endRecord(tx, operationId);
      await answerQueueOf(tx, operationId, { error: text });
    });
  }

  async #load(operationId: Id): Promise<{ kind: AnyOperationKind; plan: unknown; after: 'failure' | 'crash' } | null> {
    return this.#context.store.read(async (tx) => {
      const record = await tx.operations.find(operationId);
      const kind = record ? this.#kinds.get(record.type) : undefined;
      if (!record || !kind) return null;
      const plan: unknown = await kind.load(tx, record);
      if (plan === null) return null;
      const entry = await tx.queue.findByOperation(operationId);
      // Records of an imported database have no entry, and nobody knows what their clients were told.
      const isUnanswered = entry ? entry.state === 'pending' : record.plan === null && record.status === 'stale';
      return { kind, plan, after: isUnanswered ? 'crash' : 'failure' };
    });
  }
}

function newRecord(kind: AnyOperationKind, id: Id, intent: Intent): PendingOperation {
  return { id, type: kind.type, status: '', createdAt: Math.floor(Date.now() / 1000), ...intent };
}

async function findRepeated(tx: Tx, request: IdempotencyRequest | undefined): Promise<QueueTicket | null> {
  const known = request ? await tx.idempotencyKeys.find(request.key) : null;
  if (!request || !known || known.createdAt < Date.now() - IDEMPOTENCY_KEY_LIFE_MS) {
    return null;
  }
  if (known.requestHash !== request.requestHash) {
    throw new DomainError(
      'unprocessable',
      `Idempotency-Key ${request.key} was used for another request within the last 24 hours; send a new key with a new request`,
    );
  }
  return { queueId: known.queueId };
}

async function endRecord(tx: Tx, operationId: Id): Promise<void> {
  await tx.operations.delete(operationId);
}

async function answerQueueOf(tx: Tx, operationId: Id, answer: QueueAnswer): Promise<void> {
  const entry = await tx.queue.findByOperation(operationId);
  // A client that gave up, or an operation found in an imported database, has no entry.
  if (entry?.state === 'pending') await answerQueue(tx, entry.id, answer);
}

type QueueAnswer = { readonly location: string | null } | { readonly error: string };

async function answerQueue(tx: Tx, queueId: Id, answer: QueueAnswer): Promise<void> {
  const entry = await tx.queue.find(queueId);
  if (!entry) return;
  await tx.queue.update(
    'error' in answer
      ? { ...entry, state: 'failed', error: answer.error }
      : { ...entry, state: 'done', location: answer.location },
  );
}

function interrupted(type: string): string {
  return `the server was restarted during this operation (${type}); it was undone, send the request again`;
}

/** The text a client gets: what a host said, or our own refusal; never the inside of a defect. */
function errorText(error: unknown): string {
  if (error instanceof DomainError) return error.message;
  if (error instanceof Error && (error.name === 'CommandError' || error.name === 'TransportError'))
    return error.message;
  return 'internal error; see the server log';
}
