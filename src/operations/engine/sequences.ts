import { DomainError, isUnavailable } from '../../domain/errors.js';
import type { Id } from '../../domain/ids.js';
import type { PendingOperation } from '../../domain/pending-operation.js';
import { TransportError } from '../../executors/executor.js';
import { steadyUnixMs } from '../../timing/clocks.js';
import { errorText, isRefusal } from './error-text.js';
import type { EngineContext, OperationOutcome, RecoveryOutcome } from './operation.js';
import type { PatientStore } from './patient-store.js';
import type { Later, Schedule } from './schedule.js';
import type { AnySequenceKind, Next } from './sequence.js';
import { ServerStopping, type Stopping } from './stopping.js';
import * as beginnings from './transitions/beginnings.js';
import * as ends from './transitions/ends.js';
import * as parts from './transitions/parts.js';

/** How parts are run: as any other operation. */
export interface Parts {
  /** Resolves when it has settled; at once when the sequence was cancelled before it began. */
  runPart(parentId: Id, next: Next & { readonly do: 'part' }): Promise<void>;
  recover(operationId: Id): Promise<RecoveryOutcome>;
  /** Resolves when nobody in this process works on it. */
  ended(operationId: Id): Promise<void>;
}

interface Loaded {
  readonly record: PendingOperation;
  readonly kind: AnySequenceKind;
  readonly work: unknown;
  /** The part that has not ended. */
  readonly part: PendingOperation | null;
  /** Unix milliseconds. */
  readonly acceptedAt: number;
}

/** Asks sequences what comes next, and does it. */
export class Sequences {
  readonly #context: EngineContext;
  readonly #store: PatientStore;
  readonly #kinds: ReadonlyMap<string, AnySequenceKind>;
  readonly #parts: Parts;
  readonly #schedule: Schedule;
  readonly #waits: Schedule;
  readonly #stopping: Stopping;

  /** `schedule` is that of kept records; `waits` wakes sequences that wait for something to come about. */
  constructor(
    context: EngineContext,
    store: PatientStore,
    kinds: readonly AnySequenceKind[],
    parts: Parts,
    schedules: { readonly schedule: Schedule; readonly waits: Schedule },
    stopping: Stopping,
  ) {
    this.#context = context;
    this.#store = store;
    this.#kinds = new Map(kinds.map((kind) => [kind.type, kind]));
    this.#parts = parts;
    this.#schedule = schedules.schedule;
    this.#waits = schedules.waits;
    this.#stopping = stopping;
  }

  /** Records of the original that have the same type are none: they can only be led out. */
  isSequence({ type, origin }: PendingOperation): boolean {
    return origin !== 'heketi' && this.#kinds.has(type);
  }

  /** Goes on until the sequence waits, is kept, or has ended. */
  async drive(id: Id): Promise<RecoveryOutcome> {
    for (;;) {
      this.#stopping.takingNoMore.throwIfAborted();
      const loaded = await this.#load(id);
      if (!loaded) return 'unknown';
      if (loaded.record.isUntouched) await this.#store.write((tx) => beginnings.markBegun(tx, id));
      try {
        const outcome = loaded.part ? await this.#endPart(loaded.part) : await this.#step(loaded);
        if (outcome !== null) return outcome;
      } catch (error) {
        if (error instanceof ServerStopping) throw error;
        return isRefusal(error) ? await this.#refuse(loaded, error) : await this.#keep(loaded, error);
      }
    }
  }

  #load(id: Id): Promise<Loaded | null> {
    return this.#store.read(async (tx) => {
      const record = await tx.operations.find(id);
      const kind = record ? this.#kinds.get(record.type) : undefined;
      const work: unknown = record && kind ? await kind.load(tx, record) : null;
      if (!record || !kind || work === null) return null;
      const [part = null] = await tx.operations.listByParent(id);
      const entry = await tx.queue.findByOperation(id);
      return { record, kind, work, part, acceptedAt: entry?.createdAt ?? record.createdAt * 1000 };
    });
  }

  /** Null when there is more to do at once. */
  async #step(loaded: Loaded): Promise<RecoveryOutcome | null> {
    const { record, kind, work } = loaded;
    if (record.progress?.isCancelled)
      throw new DomainError('failed', `${record.type} was cancelled; what its parts have done stays`);
    const next = await kind.next(work, this.#context);
    this.#context.log.info({ op: record.type, opId: record.id, next: next.do }, 'sequence goes on');
    if (next.do === 'end') return this.#end(loaded);
    if (next.do === 'wait') return this.#wait(record.id, next);
    return this.#part(record, next);
  }

  async #part({ id, type }: PendingOperation, next: Next & { readonly do: 'part' }): Promise<null> {
    try {
      await this.#parts.runPart(id, next);
    } catch (error) {
      const { about, kind, step } = next;
      const isUnknown = error instanceof TransportError || isUnavailable(error);
      if (about === undefined || !(isUnknown || isRefusal(error))) throw error;
      kind.explainRefusal?.(error, this.#context.log);
      this.#context.log.warn({ op: type, opId: id, about, err: error }, 'sequence goes on without a part');
      const refused = { id: about, reason: errorText(error), ...(isUnknown ? { isUnknown } : {}) };
      await this.#store.write((tx) => parts.refusePart(tx, id, step, refused));
    }
    return null;
  }

  async #end(loaded: Loaded): Promise<RecoveryOutcome> {
    const { record, kind, work } = loaded;
    await this.#store.write(async (tx) => {
      const telling = await ends.approachOutcome(tx, record.id);
      const location = await kind.finalize(tx, work);
      await ends.succeed(tx, telling, { location }, unchanged);
    });
    this.#tell(loaded, 'succeeded');
    return 'ended';
  }

  async #wait(id: Id, { forMs, step }: Next & { readonly do: 'wait' }): Promise<RecoveryOutcome | null> {
    const dueAt = steadyUnixMs() + forMs;
    if (!(await this.#store.write((tx) => parts.wait(tx, id, step, dueAt)))) return null;
    this.#waits.wakeAt(dueAt);
    return 'kept';
  }

  /** An earlier process has begun it, or it could not be led out at once. */
  async #endPart({ id, type }: PendingOperation): Promise<null> {
    const outcome = await this.#parts.recover(id);
    if (outcome === 'busy') await this.#parts.ended(id);
    const left = await this.#store.read((tx) => tx.operations.find(id));
    if (!left || outcome === 'busy') return null;
    const reason = left.retry ? `: ${left.retry.error}` : '';
    const text = `its part ${id} (${type}) has not ended yet${reason}`;
    // The sequence waits for the same host as its part.
    throw left.retry?.waitsForHost ? new TransportError('', text, false) : new DomainError('unavailable', text);
  }

  async #refuse(loaded: Loaded, error: unknown): Promise<RecoveryOutcome> {
    const { record, kind, work } = loaded;
    this.#context.log.warn({ op: record.type, opId: record.id, err: error }, 'sequence was refused or cancelled');
    await this.#store.write(async (tx) => {
      const telling = await ends.approachOutcome(tx, record.id);
      await kind.retract?.(tx, work, error);
      await ends.takeBack(tx, telling, { error: errorText(error), isInterrupted: false, later: unchanged });
    });
    this.#tell(loaded, 'rolled-back');
    return 'ended';
  }

  async #keep({ record }: Loaded, error: unknown): Promise<RecoveryOutcome> {
    const later = this.#schedule.after(record, error);
    await this.#store.write(async (tx) => {
      await ends.keep(tx, record.id, null, () => later);
      await parts.forgetUnknown(tx, record.id);
    });
    this.#schedule.announce(record.id, later, error);
    return 'kept';
  }

  #tell({ record, acceptedAt }: Loaded, outcome: OperationOutcome): void {
    this.#context.onOutcome?.(record.type, outcome, Math.max(0, steadyUnixMs() - acceptedAt));
  }
}

const unchanged = ({ retry, dueAt }: PendingOperation): Later => ({ retry, dueAt });
