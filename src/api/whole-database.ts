import { ServerBusy } from '../domain/errors.js';
import type { Logger } from '../operations/logger.js';
import type { ReadTx, Snapshot, Store } from '../store/store.js';
import { startTimer } from '../timing/timers.js';

export interface WholeDatabaseLimits {
  /** So many may wait while another reads. */
  readonly waiting: number;
  /** For so long each. */
  readonly waitMs: number;
  /** An answer that has not been taken after so long is cut off: others wait for it. */
  readonly answerMs: number;
}

const LIMITS: WholeDatabaseLimits = { waiting: 8, waitMs: 60_000, answerMs: 10 * 60_000 };
const RETRY_AFTER_SECONDS = 30;

/**
 * Answers of everything in the database, of one state, sent while they are made. One at a time: each may take seconds of
 * the processor, and as much of the disk as the database.
 */
export class WholeDatabase {
  readonly #store: Store;
  readonly #log: Logger;
  readonly #limits: WholeDatabaseLimits;
  #isTaken = false;
  readonly #waiting = new Set<() => void>();

  constructor(store: Store, log: Logger, limits: WholeDatabaseLimits = LIMITS) {
    this.#store = store;
    this.#log = log;
    this.#limits = limits;
  }

  /**
   * The text that `write` makes, in pieces. `gone`: see ContractRequest; it ends whatever is left of it. Rejects with
   * ServerBusy where too many wait, or for too long.
   */
  async pieces(write: (tx: ReadTx) => AsyncIterable<string>, gone: AbortSignal): Promise<AsyncIterable<string>> {
    await this.#enter(gone);
    let snapshot: Snapshot | null = null;
    try {
      snapshot = await this.#store.snapshot();
      gone.throwIfAborted();
    } catch (error) {
      snapshot?.close();
      this.#leave();
      throw error;
    }
    const { tx, close } = snapshot;
    const late = new AbortController();
    const leave = (): void => {
      clearTimeout(timer);
      gone.removeEventListener('abort', leave);
      close();
      this.#leave();
    };
    // Neither a text of which nobody has taken a piece, nor one of which nobody asks for the next, has an end of its own.
    gone.addEventListener('abort', leave);
    const timer = startTimer(() => {
      late.abort(new Error(`not all of it was taken in ${this.#limits.answerMs} ms`));
      leave();
    }, this.#limits.answerMs).unref();
    return this.#inTime(write(tx), gone, late.signal);
  }

  async *#inTime(pieces: AsyncIterable<string>, gone: AbortSignal, late: AbortSignal): AsyncGenerator<string> {
    try {
      for await (const piece of pieces) {
        yield piece;
        if (gone.aborted) return;
        late.throwIfAborted();
      }
    } catch (error) {
      const err = late.aborted ? late.reason : error;
      // Its status is sent: only the connection can tell the client.
      if (!gone.aborted) this.#log.warn({ err }, 'an answer of the whole database was cut off');
      throw err;
    }
  }

  async #enter(gone: AbortSignal): Promise<void> {
    if (!this.#isTaken) {
      this.#isTaken = true;
      return;
    }
    if (this.#waiting.size >= this.#limits.waiting) throw busy(this.#waiting.size);
    await new Promise<void>((enter, refuse) => {
      const stop = (): void => {
        this.#waiting.delete(go);
        clearTimeout(timer);
        gone.removeEventListener('abort', leave);
      };
      const go = (): void => {
        stop();
        enter();
      };
      const leave = (): void => {
        stop();
        refuse(gone.reason);
      };
      const timer = startTimer(() => {
        stop();
        refuse(busy(this.#waiting.size));
      }, this.#limits.waitMs);
      gone.addEventListener('abort', leave);
      this.#waiting.add(go);
    });
  }

  #leave(): void {
    const [next] = this.#waiting;
    if (next) next();
    else this.#isTaken = false;
  }
}

function busy(waiting: number): ServerBusy {
  return new ServerBusy(
    RETRY_AFTER_SECONDS,
    `the whole database is being read for somebody else, and ${waiting} more wait for it; it is read for one at a time. ` +
      'Try again when these have their answers',
  );
}
