import { DomainError } from '../../domain/errors.js';
import { newId } from '../../domain/ids.js';
import { pause } from '../../timing/timers.js';
import type { ClusterMemory } from '../memory/cluster-memory.js';
import type { Tx, WriteOptions } from '../store.js';
import { WaitingUnits } from '../waiting-units.js';
import { forgetMarks, writeMark } from './commit-marks.js';
import { isTakenBack, translatePostgresError } from './errors.js';
import type { LostAnswer } from './lost-answer.js';
import type { Session } from './session.js';
import { ADVANCE_VERSION, CURRENT_VERSION } from './store-state.js';
import type { Guard } from './work-lease.js';

/** A group that has lasted so long takes no further units. */
const GROUP_MS = 20;

/** So often a unit is run before it is refused: others are always faster, or the connection always breaks. */
const MOST_RUNS = 8;
/** How long a group tries to begin while other servers write. */
const BEGIN_LIMIT_MS = 30_000;
const FIRST_PAUSE_MS = 2;
const LONGEST_PAUSE_MS = 200;

interface Unit {
  run(tx: Tx): Promise<void>;
  resolve(): void;
  reject(error: unknown): void;
  /** Under which this server worked on hosts when it was asked for; null: anybody may do it. */
  readonly epoch: number | null;
  runs: number;
}

/** A unit that has run in a group, and why it was taken back; null where it was not. */
interface Ran {
  readonly unit: Unit;
  readonly refusal: unknown;
}

interface Group {
  readonly session: Session;
  readonly tx: Tx;
  readonly mark: string;
  readonly version: number;
  readonly epoch: number | null;
}

export interface WriteGroupsHooks {
  /** Rejects with a DomainError, `unavailable`, where the engine is away. */
  open(): Promise<Session>;
  /** The tables over a session, that look into `memory` first. */
  tables(session: Session): Tx;
  readonly memory: ClusterMemory;
  readonly lostAnswer: LostAnswer;
  /** What each group is allowed by. */
  readonly guard?: (() => Guard) | undefined;
  /** Under which this server works on hosts at the moment; null: it does not. */
  readonly epoch?: (() => number | null) | undefined;
  /** See GROUP_MS. */
  readonly groupMs?: number | undefined;
  /** Called after each commit, with the time since it was begun. */
  readonly onCommit?: ((units: number, durationMs: number) => void) | undefined;
}

/**
 * Writes of one server, in turn, on one connection. Those that wait at the same time share one commit, each in a savepoint of
 * its own, so that one that throws takes back its own changes only.
 *
 * A group first of all rewrites the row `store_state`, so that groups of all servers follow one another, and one that has
 * begun has seen all before it: its transaction is serializable, and the engine takes it back (40001) where another one
 * came between. It is run again then, as where the connection broke before the commit. Where it broke at the commit, its
 * units wait until the engine has told what became of it.
 */
export class WriteGroups {
  readonly #hooks: WriteGroupsHooks;
  readonly #waiting = new WaitingUnits<Unit>(() => this.#schedule());
  readonly #idle: (() => void)[] = [];
  #session: Session | null = null;
  #tx: Tx | null = null;
  /** Of the last commit of this server, up to which the memory is right; null: nothing is remembered. */
  #knownVersion: number | null = null;
  /** Marks of commits whose outcome is known. */
  #oldMarks: readonly string[] = [];
  #isRunning = false;

  constructor(hooks: WriteGroupsHooks) {
    this.#hooks = hooks;
  }

  write<T>(work: (tx: Tx) => Promise<T>, { goesAlong = false }: WriteOptions = {}): Promise<T> {
    const refusal = this.#hooks.lostAnswer.refusal;
    if (refusal) return Promise.reject(refusal);
    return new Promise<T>((resolve, reject) => {
      let result: T;
      const unit: Unit = {
        run: async (tx) => {
          result = await work(tx);
        },
        resolve: () => resolve(result),
        reject,
        // What goes along is never about hosts.
        epoch: goesAlong ? null : this.#epoch,
        runs: 0,
      };
      this.#waiting.add(unit, goesAlong);
    });
  }

  /** Lets what waits finish. */
  async close(): Promise<void> {
    this.#waiting.startAlong();
    while (this.#isRunning) await new Promise<void>((resolve) => this.#idle.push(resolve));
    this.#session?.end();
  }

  get #epoch(): number | null {
    return this.#hooks.epoch?.() ?? null;
  }

  #schedule(): void {
    if (this.#isRunning) return;
    this.#isRunning = true;
    // The next turn, so that what other requests of this turn write joins the group.
    setImmediate(() => void this.#runGroups());
  }

  async #runGroups(): Promise<void> {
    this.#waiting.takeAlong();
    while (this.#waiting.isWanted) {
      try {
        await this.#runGroup(await this.#begin());
      } catch (error) {
        for (const unit of this.#waiting.takeAll()) unit.reject(error);
      }
    }
    this.#isRunning = false;
    for (const wake of this.#idle.splice(0)) wake();
  }

  /** Rejects, with nothing done, when the engine is away, or others don't let it come to its turn. */
  async #begin(): Promise<Group> {
    const startedAt = performance.now();
    for (let tries = 0; ; tries++) {
      const refusal = this.#hooks.lostAnswer.refusal;
      if (refusal) throw refusal;
      try {
        return await this.#beginOn(await this.#connected());
      } catch (error) {
        const mayBeRepeated = this.#session?.mayBeRepeated ?? false;
        await this.#takeBack();
        if (error instanceof DomainError || !mayBeRepeated) throw error;
        if (performance.now() - startedAt > BEGIN_LIMIT_MS) throw tooOften(error);
        await pauseBefore(tries);
      }
    }
  }

  async #connected(): Promise<Session> {
    if (this.#session && !this.#session.isLost) return this.#session;
    this.#session = await this.#hooks.open();
    this.#tx = this.#hooks.tables(this.#session);
    this.#forget();
    return this.#session;
  }

  async #beginOn(session: Session): Promise<Group> {
    const guard = this.#hooks.guard?.();
    const epoch = this.#epoch;
    const mark = newId();
    session.forgetFailure();
    const statements = [
      'begin isolation level serializable',
      ADVANCE_VERSION,
      CURRENT_VERSION,
      guard?.sql ?? 'select 1',
      writeMark(mark),
      ...(this.#oldMarks.length === 0 ? [] : [forgetMarks(this.#oldMarks)]),
      'savepoint unit',
    ];
    const results = await session.exec(statements.join('; '));
    const version = Number(results[2]?.rows[0]?.['version']);
    if (guard && results[3]?.rows.length !== 1) throw guard.refuse();
    if (this.#knownVersion === null || version !== this.#knownVersion + 1) this.#forget();
    return { session, tx: this.#tx as Tx, mark, version, epoch };
  }

  async #runGroup(group: Group): Promise<void> {
    const ran: Ran[] = [];
    const isWhole = await this.#runUnits(group, ran);
    const done = ran.filter(({ refusal }) => refusal === null);
    if (isWhole && done.length === 0) {
      await this.#takeBack();
      answer(ran);
      return;
    }
    const startedAt = performance.now();
    try {
      if (isWhole && (await this.#isCommitted(group))) {
        this.#hooks.onCommit?.(done.length, performance.now() - startedAt);
        answer(ran);
        return;
      }
    } catch (unknown) {
      await this.#takeBack();
      for (const { unit } of ran) unit.reject(unknown);
      return;
    }
    const reason = group.session.failure;
    await this.#takeBack();
    await this.#runAgain(ran, reason);
  }

  /** False when the transaction can't go on, and everything in it has to be run again. */
  async #runUnits({ session, tx, epoch }: Group, ran: Ran[]): Promise<boolean> {
    const { memory, groupMs = GROUP_MS } = this.#hooks;
    const startedAt = performance.now();
    const next = () => (performance.now() - startedAt < groupMs ? this.#nextUnder(epoch) : undefined);
    let isParted = Promise.resolve(true);
    for (let unit = this.#nextUnder(epoch); unit !== undefined; ) {
      unit.runs += 1;
      memory.unitBegins();
      const refusal = await refusalOf(unit, session, tx);
      ran.push({ unit, refusal });
      if (session.mayBeRepeated || !(await isParted)) return false;
      unit = next();
      if (refusal === null) memory.unitStands();
      else memory.unitIsTakenBack();
      isParted = this.#part(session, refusal === null, unit !== undefined);
    }
    return isParted;
  }

  /** What was asked for while this server worked on hosts is not written beside the one that it has handed over to. */
  #nextUnder(epoch: number | null): Unit | undefined {
    for (;;) {
      const unit = this.#waiting.shift();
      if (unit === undefined || unit.epoch === null || unit.epoch === epoch) return unit;
      unit.reject(
        new DomainError('unavailable', 'The database was not changed: this server has handed over its work.'),
      );
    }
  }

  /**
   * Has the transaction hold what the units so far have done, and parts them from the next one, which need not wait for it.
   * False: nobody knows what of them it holds.
   */
  async #part(session: Session, doesStand: boolean, isAnotherComing: boolean): Promise<boolean> {
    session.forgetFailure();
    if (!doesStand) return session.execAhead('rollback to savepoint unit');
    return isAnotherComing ? session.execAhead('release savepoint unit; savepoint unit') : true;
  }

  /** Rejects when nobody can know, and the program ends. */
  async #isCommitted({ session, mark, version }: Group): Promise<boolean> {
    const isMade = (await session.commit()) ?? (await this.#lookUp(mark, session.failure));
    if (isMade) this.#knownVersion = version;
    this.#oldMarks = isMade ? [mark] : [...this.#oldMarks, mark];
    return isMade;
  }

  #lookUp(mark: string, broken: unknown): Promise<boolean> {
    const { lostAnswer } = this.#hooks;
    const finding = lostAnswer.find(mark, broken);
    for (const unit of this.#waiting.takeAll()) unit.reject(lostAnswer.refusal);
    return finding;
  }

  async #runAgain(ran: readonly Ran[], reason: unknown): Promise<void> {
    const tired = ran.filter(({ unit }) => unit.runs >= MOST_RUNS).map(({ unit }) => unit);
    for (const unit of tired) unit.reject(tooOften(reason));
    const others = ran.filter(({ unit }) => unit.runs < MOST_RUNS).map(({ unit }) => unit);
    this.#waiting.putBack(others);
    await pauseBefore(Math.max(0, ...others.map(({ runs }) => runs)));
  }

  async #takeBack(): Promise<void> {
    this.#forget();
    if (this.#session === null) return;
    try {
      if (!this.#session.isLost) await this.#session.exec('rollback');
    } catch {
      this.#session.end();
    }
    if (this.#session.isLost) this.#session = null;
  }

  #forget(): void {
    this.#knownVersion = null;
    this.#hooks.memory.groupIsTakenBack();
  }
}

/** Why the unit can't stand; null when it can. */
async function refusalOf(unit: Unit, session: Session, tx: Tx): Promise<unknown> {
  let refusal: unknown = null;
  try {
    await unit.run(tx);
  } catch (error) {
    refusal = error;
  }
  await session.written();
  if (refusal instanceof DomainError) return refusal;
  // Whatever a unit made of it, a statement that failed has ended what it could do. What came after it failed for it.
  return translatePostgresError(session.failure) ?? refusal;
}

function answer(ran: readonly Ran[]): void {
  for (const { unit, refusal } of ran) {
    if (refusal === null) unit.resolve();
    else unit.reject(refusal);
  }
}

function tooOften(cause: unknown): DomainError {
  const why = isTakenBack(cause) ? 'other servers changed the same all the time' : 'its connection broke each time';
  return new DomainError('unavailable', `The database was not changed: ${why}. Ask again.`, { cause });
}

/** At random, so that servers that were in each other's way are not again. */
function pauseBefore(tries: number): Promise<void> {
  return pause(Math.random() * Math.min(FIRST_PAUSE_MS * 2 ** tries, LONGEST_PAUSE_MS));
}
