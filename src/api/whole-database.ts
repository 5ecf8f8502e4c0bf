import { ServerBusy } from '../domain/errors.js';
import type { Logger } from '../operations/logger.js';
import type { BackupPurpose, ReadTx, Store } from '../store/store.js';
import { startTimer } from '../timing/timers.js';
import type { FileReply } from './contract/handlers.js';

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

interface Closable {
  close(): void;
}

interface Held<T> {
  readonly held: T;
  /** The same pieces, for as long as they may be taken. */
  inTime<Piece>(pieces: AsyncIterable<Piece>): AsyncIterable<Piece>;
}

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
    const { held, inTime } = await this.#hold(() => this.#store.snapshot(), gone);
    return inTime(write(held.tx));
  }

  /** A copy as a database file; rejects as `pieces` does. */
  async file(purpose: BackupPurpose, gone: AbortSignal): Promise<Pick<FileReply, 'sizeBytes' | 'pieces'>> {
    const { held, inTime } = await this.#hold(() => this.#store.openBackup(purpose), gone);
    return { sizeBytes: held.sizeBytes, pieces: inTime(held.pieces()) };
  }

  /** What is opened is closed when `gone` says so, or the time is over. */
  async #hold<T extends Closable>(open: () => Promise<T>, gone: AbortSignal): Promise<Held<T>> {
    await this.#enter(gone);
    let held: T | null = null;
    try {
      held = await open();
      gone.throwIfAborted();
    } catch (error) {
      held?.close();
      this.#leave();
      throw error;
    }
    const opened = held;
    const late = new AbortController();
    const leave = (): void => {
      clearTimeout(timer);
      gone.removeEventListener('abort', leave);
      opened.close();
      this.#leave();
    };
    // Neither an answer of which nobody has taken a piece, nor one of which nobody asks for the next, has an end of its own.
    gone.addEventListener('abort', leave);
    const timer = startTimer(() => {
      late.abort(new Error(`not all of it was taken in ${this.#limits.answerMs} ms`));
      leave();
    }, this.#limits.answerMs).unref();
    return { held: opened, inTime: (pieces) => this.#inTime(pieces, gone, late.signal) };
  }

  async *#inTime<Piece>(pieces: AsyncIterable<Piece>, gone: AbortSignal, late: AbortSignal): AsyncGenerator<Piece> {
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
