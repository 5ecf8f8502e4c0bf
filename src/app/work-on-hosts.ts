import { isUnavailable } from '../domain/errors.js';
import type { Logging } from '../logging/logger.js';
import { boundAges } from '../operations/engine/forget-old-answers.js';
import { markInterrupted } from '../operations/engine/recovery.js';
import type { RestoredDatabase, TakeOver } from '../operations/engine/restored-database.js';
import type { Store } from '../store/store.js';
import { pause } from '../timing/timers.js';

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 2_000;

export interface HostWorkOfServer {
  readonly store: Store;
  readonly log: Logging['logger'];
  readonly restored: RestoredDatabase;
  readonly takeOver: TakeOver;
  /** Simulated hosts begin as the database has them. */
  seed(): Promise<void>;
  /** Asks hosts whether they answer, and no more. */
  watch(): void;
  /** Begins all work that nobody asks for, and what was accepted. */
  start(): void;
}

/** When a server begins to work on hosts: at once, where it is the only one, or when it is its turn. */
export class WorkOnHosts {
  readonly #work: HostWorkOfServer;
  #isStopping = false;
  #begun: Promise<void> = Promise.resolve();

  constructor(work: HostWorkOfServer) {
    this.#work = work;
  }

  /** Resolves when it has begun; where it is held on a restored database, when all is ready for that. */
  get begun(): Promise<void> {
    return this.#begun;
  }

  /** `isOurs`: it was this server's turn at its start, and what a start does to records was done. */
  begin(isOurs: boolean): void {
    const { store, restored, takeOver, watch, start } = this.#work;
    if (isOurs) {
      restored.whenFree(takeOver, start);
      return;
    }
    watch();
    if (store.sharing) this.#begun = store.sharing.turn.then(() => this.#takeUp());
  }

  stop(): void {
    this.#isStopping = true;
  }

  /** Tried until the database takes it: who has the turn and does nothing would keep all others waiting. */
  async #takeUp(): Promise<void> {
    for (let pauseMs = FIRST_PAUSE_MS; !this.#isStopping; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
      try {
        return await this.#tryToTakeUp();
      } catch (error) {
        if (!isUnavailable(error)) throw error;
        this.#work.log.warn({ err: error }, 'the work on hosts can not be taken up now; tried again');
        await pause(pauseMs);
      }
    }
  }

  /**
   * A generation begins, after which hosts that it has been at refuse scripts of the server before, and what that one has
   * left counts as interrupted.
   */
  async #tryToTakeUp(): Promise<void> {
    const { store, log, restored, takeOver, seed, start } = this.#work;
    await restored.lookAgain();
    await seed();
    const takePart = restored.isHeld ? () => undefined : await store.write(takeOver);
    // The work has gone to another server meanwhile: what runs there was not interrupted.
    if (this.#isStopping) return;
    await prepareRecords(store, log);
    if (this.#isStopping) return;
    takePart();
    restored.whenFree(takeOver, start);
    if (!restored.isHeld) log.info({}, 'this server works on the hosts from now on');
  }
}

/** What was left by a process that is gone, and dated by its clock. */
export async function prepareRecords(store: Store, log: Logging['logger']): Promise<void> {
  await markInterrupted(store, log);
  await boundAges(store);
}
