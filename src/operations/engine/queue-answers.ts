import type { Id } from '../../domain/ids.js';
import type { QueueEntry } from '../../domain/queue-entry.js';
import type { Store, Tx } from '../../store/store.js';
import { steadyUnixMs } from '../../timing/clocks.js';
import { startTimer } from '../../timing/timers.js';
import type { Logger } from '../logger.js';

/** Answers as old as this may have a client that is about to ask for them. */
const FRESH_MS = 5_000;
/** Who was given an answer this long ago may still be reading what it names. */
const CONVERSATION_MS = 1_000;

const VOLUME = /^\/volumes\/([0-9a-f]+)$/;

export interface QueueAnswersOptions {
  /** How long a poll waits for the end of the work. Clients have no shorter deadline. */
  readonly holdMs: number;
  /** Whether somebody in this process works on it. */
  isRunning(workId: Id): boolean;
  /** Other servers, too, work for clients that come here. */
  readonly isShared?: boolean;
}

/**
 * The clients at /queue. A poll of running work is held until the work ends, which costs a listener and a timer;
 * a final answer is given once.
 */
export class QueueAnswers {
  readonly #store: Store;
  readonly #log: Logger;
  readonly #options: QueueAnswersOptions;
  /** By operation, or by queue entry for work without a record. */
  readonly #held = new Map<Id, Set<() => void>>();
  /** Answered entries whose rows are still there. */
  readonly #given = new Set<Id>();
  /** Work that nobody in this process has begun, and whose client has come for its answer nevertheless. */
  readonly #askedFor = new Set<Id>();
  readonly #onGiven = new Set<(queueId: Id) => void>();
  #isHolding = true;
  #isToLook = false;
  #looking: Promise<void> | null = null;
  #lastGivenMs = Number.NEGATIVE_INFINITY;

  constructor(store: Store, log: Logger, options: QueueAnswersOptions) {
    this.#store = store;
    this.#log = log;
    this.#options = options;
  }

  /**
   * The entry: at once when it has its final answer, otherwise when it gets one or the time to wait is over. Null for
   * one that is unknown or whose answer was given already. A client that is gone (`gone`) is given nothing.
   */
  async fetch(queueId: Id, gone: AbortSignal): Promise<QueueEntry | null> {
    let found = await this.#read(queueId);
    if (found?.entry.state === 'pending') {
      const workId = found.entry.operationId ?? queueId;
      if (!this.#options.isRunning(workId)) this.#askedFor.add(workId);
      found = await this.#hold(workId, queueId, gone);
    }
    if (!found || this.#given.has(queueId)) return null;
    if (found.entry.state !== 'pending' && !gone.aborted) this.#give(found.entry, found.isKept);
    return found.entry;
  }

  async isWaiting(queueId: Id): Promise<boolean> {
    if (this.#given.has(queueId)) return false;
    return this.#store.read(async (tx) => {
      const entry = await tx.queue.find(queueId);
      if (entry?.state !== 'done') return entry?.state === 'pending';
      const volumeId = VOLUME.exec(entry.location ?? '')?.[1];
      return volumeId === undefined || (await tx.volumes.find(volumeId)) !== null;
    });
  }

  /** Whether the client of this interrupted work has come back since the start of the server. */
  wasAskedFor(workId: Id): boolean {
    return this.#askedFor.has(workId);
  }

  /** Nobody works on it any more: those who wait for it look again. */
  ended(workId: Id): void {
    for (const wake of this.#held.get(workId) ?? []) wake();
  }

  /** Other servers may have ended what clients wait for here: those look again whose answer is there. */
  othersWrote(): void {
    this.#isToLook = true;
    this.#looking ??= this.#look().finally(() => {
      this.#looking = null;
    });
  }

  async #look(): Promise<void> {
    while (this.#isToLook) {
      this.#isToLook = false;
      if (this.#held.size === 0) return;
      try {
        const entries = await this.#store.read((tx) => tx.queue.listPending());
        const pending = new Set(entries.map(({ id, operationId }) => operationId ?? id));
        for (const workId of [...this.#held.keys()]) if (!pending.has(workId)) this.ended(workId);
      } catch {
        // Whoever waits asks again soon.
      }
    }
  }

  /** Answers everybody who waits, and holds nobody from now on. */
  release(): void {
    this.#isHolding = false;
    for (const waiting of this.#held.values()) for (const wake of waiting) wake();
  }

  /**
   * Resolves when the answers of the last seconds were fetched, or `limitMs` have passed; false when nobody has
   * fetched or is to fetch anything at this moment.
   */
  async freshFetched(limitMs: number): Promise<boolean> {
    const fresh = new Set(await this.#store.read((tx) => tx.queue.listAnsweredSince(steadyUnixMs() - FRESH_MS)));
    for (const queueId of this.#given) fresh.delete(queueId);
    if (fresh.size === 0) return performance.now() - this.#lastGivenMs < CONVERSATION_MS;
    await new Promise<void>((resolve) => {
      const timer = startTimer(end, limitMs);
      const given = (queueId: Id): void => {
        fresh.delete(queueId);
        if (fresh.size === 0) end();
      };
      const onGiven = this.#onGiven.add(given);
      function end(): void {
        clearTimeout(timer);
        onGiven.delete(given);
        resolve();
      }
    });
    return true;
  }

  #read(queueId: Id) {
    return this.#store.read(async (tx) => {
      const entry = await tx.queue.find(queueId);
      const isKept =
        entry !== null && entry.state !== 'pending' && (await tx.idempotencyKeys.refersToQueueEntry(queueId));
      return entry && { entry, isKept };
    });
  }

  async #hold(workId: Id, queueId: Id, gone: AbortSignal) {
    const { ended, stop } = this.#listen(workId, gone);
    try {
      // It may have ended between the first look and the listener.
      const now = await this.#read(queueId);
      if (now?.entry.state !== 'pending') return now;
      await ended;
      return await this.#read(queueId);
    } finally {
      stop();
    }
  }

  #listen(workId: Id, gone: AbortSignal): { readonly ended: Promise<void>; stop(): void } {
    const waiting = this.#held.get(workId) ?? new Set();
    this.#held.set(workId, waiting);
    let wake = (): void => undefined;
    const ended = new Promise<void>((resolve) => {
      wake = resolve;
    });
    const timer = startTimer(wake, this.#isHolding ? this.#options.holdMs : 0);
    waiting.add(wake);
    gone.addEventListener('abort', wake);
    if (gone.aborted) wake();
    return {
      ended,
      stop: () => {
        clearTimeout(timer);
        gone.removeEventListener('abort', wake);
        waiting.delete(wake);
        if (waiting.size === 0 && this.#held.get(workId) === waiting) this.#held.delete(workId);
      },
    };
  }

  /** Nobody waits for this to be noted; an entry that outlives the process is answered once more. */
  #give({ id, location }: QueueEntry, isKept: boolean): void {
    this.#lastGivenMs = performance.now();
    for (const listener of this.#onGiven) listener(id);
    if (!isKept) this.#given.add(id);
    const volumeId = VOLUME.exec(location ?? '')?.[1];
    if (isKept && volumeId === undefined) return;
    const forgetting = async (tx: Tx): Promise<void> => {
      if (!isKept) await tx.queue.delete(id);
      if (volumeId !== undefined) await tx.volumes.claim(volumeId);
    };
    this.#store
      .write(forgetting, { goesAlong: true })
      .then(() => this.#given.delete(id))
      .catch((error: unknown) =>
        this.#log.warn({ queueId: id, err: error }, 'answered queue entry could not be removed'),
      );
  }
}
