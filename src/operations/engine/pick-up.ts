import type { Store } from '../../store/store.js';
import { steadyUnixMs } from '../../timing/clocks.js';
import { nextTurn } from '../../timing/turns.js';
import type { Logger } from '../logger.js';
import type { OperationRunner } from './runner.js';

/** Finds what other servers have accepted, so that this one, which works on hosts, begins it. */
export class PickUp {
  readonly #store: Pick<Store, 'read'>;
  readonly #runner: Pick<OperationRunner, 'goOn'>;
  readonly #log: Logger;
  #looking: Promise<void> | null = null;
  #isToLook = false;

  constructor(store: Pick<Store, 'read'>, runner: Pick<OperationRunner, 'goOn'>, log: Logger) {
    this.#store = store;
    this.#runner = runner;
    this.#log = log;
  }

  /** Something may have been accepted. What comes while it looks is looked for once more, together. */
  look(): void {
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
        // The next news, a second later at the latest, ask again.
        this.#isToLook = false;
        this.#log.debug({ err: error }, 'operations that others have accepted could not be looked for');
      }
    }
  }
}
