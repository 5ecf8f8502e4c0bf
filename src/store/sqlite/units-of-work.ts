import { DomainError } from '../../domain/errors.js';
import type { UnitMemory } from '../memory/unit-memory.js';
import type { Tx, WriteOptions } from '../store.js';
import { WaitingUnits } from '../waiting-units.js';
import { GIVEN_UP, type Transactions } from './connection.js';
import { Undecided, type UndecidedHooks } from './undecided.js';

const CLOSED = 'The database is closed: the server is shutting down.';

/** A group that has lasted so long takes no further units: nobody else is answered while it runs. */
const GROUP_MS = 20;

interface Unit {
  run(): Promise<void>;
  /** Called when what it wrote is on disk. */
  resolve(): void;
  /** Called when what it has seen is on disk. */
  reject(error: unknown): void;
}

/** When what was committed lasts. Its promises end in later turns of the event loop, and never when the disk is lost. */
export interface Durability {
  /** Before a transaction; nothing is committed until it has ended. Rejects when nothing may be. */
  prepare(): Promise<void>;
  /** Whether everything that was committed is on disk. */
  isLasting(): boolean;
  /** Resolves when everything that has been committed until now is on disk. */
  lasting(): Promise<void>;
  /** After a group; nothing is committed until it has ended. */
  tidy(isSomebodyWaiting: boolean): Promise<void>;
}

/** Where nothing lasts, or commits themselves wait for the disk. */
const AT_ONCE: Durability = {
  prepare: async () => undefined,
  isLasting: () => true,
  lasting: async () => undefined,
  tidy: async () => undefined,
};

export interface UnitHooks {
  readonly memory?: UnitMemory;
  /** Called when a commit is on disk, with the time since it was begun. */
  readonly onCommit?: ((units: number, durationMs: number) => void) | undefined;
  /** See UndecidedHooks. */
  readonly isPatient?: boolean | undefined;
  readonly onUndecided?: UndecidedHooks['onChange'] | undefined;
  /** By a clock that nobody sets. */
  readonly nowMs?: () => number;
}

/**
 * Reads and writes of one connection, in turn. Writes that wait at the same time share one commit, and so one wait for
 * the disk, as many as there is time for; each is a savepoint of its own, so that one that throws takes back its own
 * changes only. Reads run between such groups, and never see half of one.
 *
 * While the disk is waited for, reads go on. They see what is not on disk yet, so whatever they answer is held back until
 * it is; so are refusals. Writes gather for the next group.
 */
export class UnitsOfWork {
  readonly #reading: Tx;
  readonly #writing: Tx;
  readonly #transactions: Transactions;
  readonly #durability: Durability;
  readonly #hooks: UnitHooks;
  readonly #undecided: Undecided;
  readonly #waiting = new WaitingUnits<Unit>(() => this.#schedule());
  /** None of them rejects. */
  readonly #waitingBetween: (() => Promise<void>)[] = [];
  readonly #waitingReads: (() => void)[] = [];
  readonly #idle: (() => void)[] = [];
  #activeReads = 0;
  /** A group of writes, or something else that wants the connection for itself, is scheduled or running. */
  #isGroupDue = false;
  #isWriting = false;
  #isClosed = false;
  readonly #nowMs: () => number;

  constructor(
    reading: Tx,
    writing: Tx,
    transactions: Transactions,
    hooks: UnitHooks = {},
    durability: Durability = AT_ONCE,
  ) {
    this.#reading = reading;
    this.#writing = writing;
    this.#transactions = transactions;
    this.#durability = durability;
    this.#hooks = hooks;
    this.#nowMs = hooks.nowMs ?? (() => performance.now());
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
      if (!this.#durability.isLasting()) await this.#durability.lasting();
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
        reject: (error) => this.#afterSync(() => reject(error)),
      };
      this.#waiting.add(unit, goesAlong);
    });
  }

  /** Whether somebody waits for a write. */
  get isWanted(): boolean {
    return this.#waiting.isWanted;
  }

  /** Runs `work`, which must not wait for anything, while no unit of work is under way. */
  async alone<T>(work: () => T): Promise<T> {
    if (this.#isClosed) throw new DomainError('unavailable', CLOSED);
    while (this.#isWriting || this.#activeReads > 0) await new Promise<void>((resolve) => this.#idle.push(resolve));
    const result = work();
    await this.#durability.lasting();
    return result;
  }

  /**
   * Runs `work` while nothing is committed, nor put from the log into the file; reads go on. Refused where nobody knows
   * what a commit has left on the disk.
   */
  betweenGroups<T>(work: () => Promise<T>): Promise<T> {
    const decided = async (): Promise<T> => {
      const refusal = this.#undecided.refusal;
      if (refusal) throw refusal;
      return work();
    };
    return new Promise<T>((resolve, reject) => {
      if (this.#isClosed) {
        reject(new DomainError('unavailable', CLOSED));
        return;
      }
      this.#waitingBetween.push(() => decided().then(resolve, reject));
      this.#schedule();
    });
  }

  /** Runs `work` while nothing else is committed; reads go on. False, and not run, where units wait. */
  async whenNothingWaits(work: () => Promise<void>): Promise<boolean> {
    if (this.#isClosed) return true;
    if (this.#isGroupDue) return false;
    this.#isGroupDue = true;
    try {
      await work();
      return true;
    } finally {
      await this.#runGroups();
    }
  }

  /** Why no unit that writes is accepted at the moment; null when they are. */
  get refusal(): string | null {
    return this.#undecided.refusal?.message ?? null;
  }

  /** Answers units whose commit failed, and whose outcome can't be found out now, that it is unknown. */
  giveUpUndecided(): void {
    this.#undecided.giveUp();
  }

  /** Takes no more units, lets those that wait finish, and then runs `work`. */
  async close(work: () => Promise<void>): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#undecided.giveUp();
    this.#waiting.startAlong();
    while (this.#isWriting || this.#activeReads > 0 || this.#isGroupDue) {
      await new Promise<void>((resolve) => this.#idle.push(resolve));
    }
    await this.#durability.lasting();
    await work();
  }

  #schedule(): void {
    if (this.#isGroupDue) return;
    this.#isGroupDue = true;
    // The next turn, so that what other requests of this turn write joins the group.
    setImmediate(() => void this.#runGroups());
  }

  async #runGroups(): Promise<void> {
    this.#waiting.takeAlong();
    while (this.isWanted || this.#waitingBetween.length > 0) {
      for (const work of this.#waitingBetween.splice(0)) await work();
      if (!this.isWanted) continue;
      if (!(await this.#isPrepared())) continue;
      // What is committed during a sync waits for the next one. It may as well be begun then, together with what comes
      // meanwhile: fewer commits and syncs, and nobody is answered later.
      if (!this.#durability.isLasting()) await this.#durability.lasting();
      while (this.#activeReads > 0) await new Promise<void>((resolve) => this.#idle.push(resolve));
      this.#isWriting = true;
      await this.#runGroup();
      this.#isWriting = false;
      // Reads that arrived during the group go before the next one.
      for (const wake of this.#waitingReads.splice(0)) wake();
      await this.#durability.tidy(this.isWanted);
      // Where no disk is waited for, others would never have a turn.
      if (this.isWanted && this.#durability.isLasting()) await new Promise((turn) => setImmediate(turn));
    }
    this.#isGroupDue = false;
    this.#wakeIdle();
  }

  /** False: those that waited were told why not. */
  async #isPrepared(): Promise<boolean> {
    try {
      const refusal = this.#undecided.refusal;
      if (refusal) throw refusal;
      await this.#durability.prepare();
      return true;
    } catch (error) {
      for (const unit of this.#waiting.takeAll()) unit.reject(error);
      return false;
    }
  }

  async #runGroup(): Promise<void> {
    const done: Unit[] = [];
    const refused: (() => void)[] = [];
    try {
      this.#transactions.begin();
    } catch (error) {
      for (const unit of this.#waiting.takeAll()) unit.reject(error);
      return;
    }
    try {
      await this.#runUnits(done, refused);
      this.#end(done);
    } catch (error) {
      for (const unit of done) unit.reject(error);
      this.#takeBack();
    }
    // Only now: they may have seen what the others wrote.
    for (const refuse of refused) refuse();
  }

  /** Throws when the transaction can't go on. */
  async #runUnits(done: Unit[], refused: (() => void)[]): Promise<void> {
    const startedAt = this.#nowMs();
    const next = () => (this.#nowMs() - startedAt < GROUP_MS ? this.#waiting.shift() : undefined);
    for (let unit = this.#waiting.shift(); unit !== undefined; unit = next()) {
      const { run, reject } = unit;
      try {
        this.#transactions.savepoint();
        this.#hooks.memory?.unitBegins();
        await run();
        if (!this.#transactions.isOpen()) throw new DomainError('unavailable', GIVEN_UP);
        this.#transactions.release();
        this.#hooks.memory?.unitStands();
        done.push(unit);
      } catch (error) {
        this.#hooks.memory?.unitIsTakenBack();
        refused.push(() => reject(error));
        // A full disk ends the whole transaction, with the units before this one.
        if (!this.#transactions.isOpen()) throw error;
        this.#transactions.rollbackToSavepoint();
        this.#transactions.release();
      }
    }
  }

  #end(done: readonly Unit[]): void {
    const startedAt = performance.now();
    try {
      if (done.length === 0) this.#transactions.rollback();
      else this.#transactions.commit();
    } catch (error) {
      this.#takeBack();
      this.#undecided.decide(done, error);
      return;
    }
    if (done.length === 0) return;
    this.#afterSync(() => {
      this.#hooks.onCommit?.(done.length, performance.now() - startedAt);
      for (const unit of done) unit.resolve();
    });
  }

  /** Runs `answer` when what it could tell is on disk. */
  #afterSync(answer: () => void): void {
    if (this.#durability.isLasting()) answer();
    else void this.#durability.lasting().then(answer);
  }

  #takeBack(): void {
    try {
      this.#hooks.memory?.groupIsTakenBack();
      if (this.#transactions.isOpen()) this.#transactions.rollback();
    } catch {
      // The next `begin` says so.
    }
  }

  #wakeIdle(): void {
    for (const wake of this.#idle.splice(0)) wake();
  }
}
