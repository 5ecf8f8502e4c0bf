import type { ClusterMemory } from '../memory/cluster-memory.js';
import type { Tx } from '../store.js';
import type { Session } from './session.js';
import { BEGIN_READING } from './store-state.js';

/** Reads that run at the same time; others wait for them. */
const MOST_SESSIONS = 4;

/** A connection that was idle may have broken long ago, and so may all others. */
const MOST_TRIES = 3;

/** A connection with what is remembered of the state that it has seen last. */
interface Reader {
  readonly session: Session;
  readonly memory: ClusterMemory;
  readonly tx: Tx;
  /** The `version` of that state. */
  version: number | null;
}

export interface ReadersHooks {
  /** Rejects with a DomainError, `unavailable`, where the engine is away. */
  open(): Promise<Session>;
  newMemory(): ClusterMemory;
  tables(session: Session): Tx;
  /** As a DomainError, for a connection that broke each time. */
  refusal(error: unknown): Error;
}

/** Reads, each on one consistent state: what was committed when it began. */
export class Readers {
  readonly #hooks: ReadersHooks;
  #idle: Reader[] = [];
  #count = 0;
  readonly #waiting: (() => void)[] = [];

  constructor(hooks: ReadersHooks) {
    this.#hooks = hooks;
  }

  async read<T>(work: (tx: Tx, session: Session) => Promise<T>): Promise<T> {
    for (let tries = 1; ; tries++) {
      const reader = await this.#take();
      try {
        await begin(reader);
        const result = await work(reader.tx, reader.session);
        const { failure } = reader.session;
        if (failure !== null) throw failure;
        // Whoever comes next on this connection comes after it.
        void end(reader);
        return result;
      } catch (error) {
        void end(reader);
        if (!reader.session.mayBeRepeated) throw error;
        if (tries >= MOST_TRIES) throw this.#hooks.refusal(error);
      } finally {
        this.#give(reader);
      }
    }
  }

  /** For the end, when nothing reads. */
  async close(): Promise<void> {
    while (this.#count > this.#idle.length) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    for (const { session } of this.#idle) session.end();
    this.#idle = [];
    this.#wake();
  }

  async #take(): Promise<Reader> {
    this.#dropLost();
    while (this.#idle.length === 0 && this.#count >= MOST_SESSIONS) {
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
      this.#dropLost();
    }
    const known = this.#idle.pop();
    if (known) return known;
    this.#count += 1;
    try {
      const session = await this.#hooks.open();
      const memory = this.#hooks.newMemory();
      return { session, memory, tx: memory.over(this.#hooks.tables(session)), version: null };
    } catch (error) {
      this.#count -= 1;
      this.#wake();
      throw error;
    }
  }

  #give(reader: Reader): void {
    this.#idle.push(reader);
    this.#dropLost();
    this.#wake();
  }

  #dropLost(): void {
    const alive = this.#idle.filter(({ session }) => !session.isLost);
    this.#count -= this.#idle.length - alive.length;
    this.#idle = alive;
  }

  #wake(): void {
    for (const wake of this.#waiting.splice(0)) wake();
  }
}

async function begin(reader: Reader): Promise<void> {
  const { session, memory } = reader;
  session.forgetFailure();
  const [, state] = await session.exec(BEGIN_READING);
  const version = Number(state?.rows[0]?.['version']);
  if (version !== reader.version) memory.groupIsTakenBack();
  reader.version = version;
}

async function end({ session }: Reader): Promise<void> {
  try {
    await session.exec('rollback');
  } catch {
    // It is lost, and known as that.
  }
}
