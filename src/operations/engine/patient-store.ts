import { isUnavailable } from '../../domain/errors.js';
import type { ReadTx, Store, Tx } from '../../store/store.js';
import { pause } from '../../timing/timers.js';
import type { Logger } from '../logger.js';

/** Between tries to use a database whose disk is full or fails. */
const FIRST_PAUSE_MS = 200;
const LONGEST_PAUSE_MS = 2000;

/** The store for what nobody else would write: a database that can't take it now is asked again until it does, or `cut`. */
export class PatientStore {
  readonly #store: Store;
  readonly #log: Logger;
  readonly #cut: AbortSignal;

  constructor(store: Store, log: Logger, cut: AbortSignal) {
    this.#store = store;
    this.#log = log;
    this.#cut = cut;
  }

  read<T>(work: (tx: ReadTx) => Promise<T>): Promise<T> {
    return this.#patiently(() => this.#store.read(work));
  }

  write<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    return this.#patiently(() => {
      this.#cut.throwIfAborted();
      return this.#store.write(work);
    });
  }

  async #patiently<T>(work: () => Promise<T>): Promise<T> {
    for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
      try {
        return await work();
      } catch (error) {
        this.#cut.throwIfAborted();
        if (!isUnavailable(error)) throw error;
        const log = pauseMs === FIRST_PAUSE_MS ? this.#log.warn : this.#log.debug;
        log.call(this.#log, { err: error, nextTryMs: pauseMs }, 'the database can not be used now; tried again');
        await pause(pauseMs);
      }
    }
  }
}
