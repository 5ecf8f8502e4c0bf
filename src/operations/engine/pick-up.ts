import type { Store } from '../../store/store.js';
import { steadyUnixMs } from '../../timing/clocks.js';
import { startTimer } from '../../timing/timers.js';
import { nextTurn } from '../../timing/turns.js';
import type { Logger } from '../logger.js';
import type { OperationRunner } from './runner.js';

/** After a look in vain: nobody tells again of what was told already. */
const AGAIN_MS = 1_000;

/** Finds what other servers have accepted, so that this one, which works on hosts, begins it. */
export class PickUp {
  readonly #store: Pick<Store, 'read'>;
  readonly #runner: Pick<OperationRunner, 'goOn'>;
  readonly #log: Logger;
  readonly #takingNoMore: AbortSignal;
  #looking: Promise<void> | null = null;
  #isToLook = false;

  constructor(
    store: Pick<Store, 'read'>,
    runner: Pick<OperationRunner, 'goOn'>,
    log: Logger,
    takingNoMore: AbortSignal,
  ) {
    this.#store = store;
    this.#runner = runner;
    this.#log = log;
    this.#takingNoMore = takingNoMore;
  }

  /** Something may have been accepted. What comes while it looks is looked for once more, together. */
  look(): void {
    if (this.#takingNoMore.aborted) return;
    this.#isToLook = true;
    this.#looking ??= this.#look().finally(() => {
      this.#looking = null;
    });
  }

  async #look(): Promise<void> {
    while (this.#isToLook) {
      this.#isToLook = false;
      try {
        const found = await this.#store.read((tx) => tx.operations.listToGoOn(steadyUnixMs()));
        for (const operation of found) {
          void this.#runner.goOn(operation);
          await nextTurn();
        }
      } catch (error) {
        this.#isToLook = false;
        startTimer(() => this.look(), AGAIN_MS).unref();
        this.#log.debug({ err: error }, 'operations that others have accepted could not be looked for');
      }
    }
  }
}
