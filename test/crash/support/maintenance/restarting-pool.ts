import type { Command, CommandResult } from '../../../../src/executors/executor.js';
import { openStore } from '../../../../src/store/open-store.js';
import type { Store } from '../../../../src/store/store.js';
import { openPool, type Pool, type PoolOptions, recover } from '../../../support/pool.js';
import { type CommitStrike, DyingStore } from '../dying-store.js';
import type { Lab } from '../lab.js';
import { type CommandFault, StrikingExecutor } from '../striking-executor.js';
import { TurnTellingWork } from './volume-turns.js';
import type { WrittenFiles } from './written-files.js';

/** At which of the next commands or commits a server dies. */
export type Death =
  | { readonly of: 'command'; readonly at: number; readonly kind: Extract<CommandFault, `die ${string}`> }
  | { readonly of: 'commit'; readonly at: number; readonly kind: CommitStrike['kind'] };

/** Who wants to know what becomes of it. */
export interface Watch {
  beforeCommand(): void;
  afterCommand(host: string, command: Command, result: CommandResult): void;
  onDeath(): void;
  onRefusal(error: Error): null;
}

interface Life {
  readonly pool: Pool;
  readonly store: Store;
  readonly executor: StrikingExecutor;
  readonly work: TurnTellingWork;
  isDead: boolean;
}

/** A server on one database that dies when it is told to, and is started again. */
export class RestartingPool {
  readonly #file: string;
  readonly #lab: Lab;
  readonly #files: WrittenFiles;
  readonly #watch: Watch;
  readonly #options: PoolOptions;
  #life: Life | null = null;

  constructor(file: string, lab: Lab, files: WrittenFiles, watch: Watch, options: PoolOptions) {
    this.#file = file;
    this.#lab = lab;
    this.#files = files;
    this.#watch = watch;
    this.#options = options;
  }

  /** Ends the server that runs, if there is one, and starts one that dies as told. */
  async restart(death: Death | null = null): Promise<void> {
    const isFirst = this.#life === null;
    await this.#end();
    const strikes = death?.of === 'command' ? [death] : [];
    const executor = new StrikingExecutor(this.#lab, strikes, {
      before: async () => this.#watch.beforeCommand(),
      after: (command, result, host) => {
        this.#watch.afterCommand(host, command, result);
        this.#files.lookAfter(command, result);
      },
    });
    const store = await openStore({ file: this.#file });
    const dying = new DyingStore(store, death?.of === 'commit' ? death : null, () => executor.kill());
    const work = new TurnTellingWork();
    const pool = await openPool(this.#file, executor, { ...this.#options, store: dying, work });
    const life: Life = { pool, store, executor, work, isDead: false };
    this.#life = life;
    void executor.death.then(() => {
      life.isDead = true;
      this.#watch.onDeath();
    });
    if (!isFirst) await this.work(recover);
  }

  /** Starts another server where one has died. Null: it died, or refused. */
  async work<T>(ask: (pool: Pool) => Promise<T>): Promise<T | null> {
    if (!this.#life || this.#life.isDead) await this.restart();
    const life = this.#life;
    if (!life) throw new Error('no server');
    return Promise.race([
      ask(life.pool).catch((error: Error) => this.#watch.onRefusal(error)),
      life.executor.death.then(() => null),
    ]);
  }

  /** See TurnTellingWork. */
  get isAboutToChange(): boolean {
    return this.#life?.isDead === false && this.#life.work.isAboutToChange;
  }

  /** All that can be done is done, or the server has died. */
  async settled(): Promise<void> {
    await this.work(({ runner }) => runner.settled());
  }

  async close(): Promise<void> {
    await this.#end();
  }

  async #end(): Promise<void> {
    const life = this.#life;
    this.#life = null;
    if (!life) return;
    if (!life.isDead) await Promise.race([life.pool.runner.settled(), life.executor.death]);
    // Units of work that were begun before the death may still be on their way to the file.
    await life.store.close();
  }
}
