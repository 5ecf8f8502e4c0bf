import { DomainError } from '../domain/errors.js';
import { startTimer } from '../timing/timers.js';
import { GIVEN_UP, type Transactions } from './sqlite-connection.js';
import type { Tx, WriteOptions } from './store.js';
import { Undecided, type UndecidedHooks } from './undecided.js';

const CLOSED = 'The database is closed: the server is shutting down.';

/** How long a unit that goes along waits for company. */
const ALONG_MS = 50;

interface Unit {
  run(): Promise<void>;
  /** Called when what it wrote is on disk. */
  resolve(): void;
  reject(error: unknown): void;
}

export interface UnitHooks {
  /** Called whenever writes of a unit or a group were taken back, before anybody reads again. */
  readonly onUndone?: () => void;
  readonly onCommit?: ((units: number, durationMs: number) => void) | undefined;
  /** See UndecidedHooks. */
  readonly isPatient?: boolean | undefined;
  readonly onUndecided?: UndecidedHooks['onChange'] | undefined;
}

/**
 * Reads and writes of one connection, in turn. All writes that wait at the same time share one commit, and so one
 * wait for the disk; each is a savepoint of its own, so that one that throws takes back its own changes only. Reads
 * run between such groups, and never see half of one.
 */
export class UnitsOfWork {
  readonly #reading: Tx;
  readonly #writing: Tx;
  readonly #transactions: Transactions;
  readonly #hooks: UnitHooks;
  readonly #undecided: Undecided;
  readonly #waitingWrites: Unit[] = [];
  /** Units that start no group of their own. */
  readonly #waitingAlong: Unit[] = [];
  #alongTimer: NodeJS.Timeout | null = null;
  readonly #waitingReads: (() => void)[] = [];
  readonly #idle: (() => void)[] = [];
  #activeReads = 0;
  /** A group of writes, or something else that wants the connection for itself, is scheduled or running. */
  #isGroupDue = false;
  #isWriting = false;
  #isClosed = false;

  constructor(reading: Tx, writing: Tx, transactions: Transactions, hooks: UnitHooks = {}) {
    this.#reading = reading;
    this.#writing = writing;
    this.#transactions = transactions;
    this.#hooks = hooks;
    this.#undecided = new Undecided({
      removeFailedCommit: () => transactions.removeFailedCommit(),
      isPatient: hooks.isPatient ?? false,
      ...(hooks.onUndecided && { onChange: hooks.onUndecided }),
    });
  }

  async read<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    if (this.#isClosed) throw new DomainError('unavailable', CLOSED);
    // A group that is only due lets reads pass: it starts in a later turn of the event loop.
    while (this.#isWriting) await new Promise<void>((resolve) => this.#waitingReads.push(resolve));
    this.#activeReads += 1;
    try {
      return await work(this.#reading);
    } finally {
      this.#activeReads -= 1;
      if (this.#activeReads === 0) this.#wakeIdle();
    }
  }

  write<T>(work: (tx: Tx) => Promise<T>, { goesAlong = false }: WriteOptions = {}): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      if (this.#isClosed) {
        reject(new DomainError('unavailable', CLOSED));
        return;
      }
      let result: T;
      const unit: Unit = {
        run: async () => {
          result = await work(this.#writing);
        },
        resolve: () => resolve(result),
        reject,
      };
      if (goesAlong) {
        this.#waitingAlong.push(unit);
        this.#alongTimer ??= startTimer(() => this.#schedule(), ALONG_MS).unref();
      } else {
        this.#waitingWrites.push(unit);
        this.#schedule();
      }
    });
  }

  /** Runs `work`, which must not wait for anything, while no unit of work is under way. */
  async alone<T>(work: () => T): Promise<T> {
    if (this.#isClosed) throw new DomainError('unavailable', CLOSED);
    while (this.#isWriting || this.#activeReads > 0) await new Promise<void>((resolve) => this.#idle.push(resolve));
    return work();
  }

  /** Answers units whose commit failed, and whose outcome can't be found out now, that it is unknown. */
  giveUpUndecided(): void {
    this.#undecided.giveUp();
  }

  /** Takes no more units, lets those that wait finish, and then runs `work`. */
  async close(work: () => void): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#undecided.giveUp();
    if (this.#waitingAlong.length > 0) this.#schedule();
    while (this.#isWriting || this.#activeReads > 0 || this.#isGroupDue) {
      await new Promise<void>((resolve) => this.#idle.push(resolve));
    }
    work();
  }

  #schedule(): void {
    if (this.#isGroupDue) return;
    this.#isGroupDue = true;
    // The next turn, so that what other requests of this turn write joins the group.
    setImmediate(() => void this.#runGroups());
  }

  async #runGroups(): Promise<void> {
    this.#takeAlong();
    while (this.#waitingWrites.length > 0) {
      while (this.#activeReads > 0) await new Promise<void>((resolve) => this.#idle.push(resolve));
      this.#isWriting = true;
      await this.#runGroup();
      this.#isWriting = false;
      // Reads that arrived during the group go before the next one.
      for (const wake of this.#waitingReads.splice(0)) wake();
      await Promise.resolve();
    }
    this.#isGroupDue = false;
    this.#wakeIdle();
  }

  #takeAlong(): void {
    if (this.#alongTimer) clearTimeout(this.#alongTimer);
    this.#alongTimer = null;
    this.#waitingWrites.push(...this.#waitingAlong.splice(0));
  }

  async #runGroup(): Promise<void> {
    const done: Unit[] = [];
    const failGroup = (error: unknown): void => {
      for (const unit of done) unit.reject(error);
      this.#takeBack();
    };
    try {
      const refusal = this.#undecided.refusal;
      if (refusal) throw refusal;
      this.#transactions.begin();
    } catch (error) {
      for (const unit of this.#waitingWrites.splice(0)) unit.reject(error);
      return;
    }
    for (let unit = this.#waitingWrites.shift(); unit !== undefined; unit = this.#waitingWrites.shift()) {
      try {
        this.#transactions.savepoint();
        await unit.run();
        if (!this.#transactions.isOpen()) throw new DomainError('unavailable', GIVEN_UP);
        this.#transactions.release();
        done.push(unit);
      } catch (error) {
        this.#hooks.onUndone?.();
        unit.reject(error);
        // A full disk ends the whole transaction, with the units before this one.
        if (!this.#transactions.isOpen()) return failGroup(error);
        try {
          this.#transactions.rollbackToSavepoint();
          this.#transactions.release();
        } catch (fault) {
          return failGroup(fault);
        }
      }
    }
    try {
      if (done.length === 0) this.#transactions.rollback();
      else this.#commit(done.length);
    } catch (error) {
      this.#takeBack();
      return this.#undecided.decide(done, error);
    }
    for (const unit of done) unit.resolve();
  }

  #takeBack(): void {
    try {
      this.#hooks.onUndone?.();
      if (this.#transactions.isOpen()) this.#transactions.rollback();
    } catch {
      // The next `begin` says so.
    }
  }

  #commit(units: number): void {
    const startedAt = performance.now();
    this.#transactions.commit();
    this.#hooks.onCommit?.(units, performance.now() - startedAt);
  }

  #wakeIdle(): void {
    for (const wake of this.#idle.splice(0)) wake();
  }
}
