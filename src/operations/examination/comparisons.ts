import { ServerBusy } from '../../domain/errors.js';
import { type Id, newId } from '../../domain/ids.js';
import { pause, startTimer } from '../../timing/timers.js';
import type { PoolDifferences, Progress } from './find-differences.js';

/** Each asks all hosts, and keeps a pool's volumes in memory. */
const MOST_AT_ONCE = 2;
const RETRY_AFTER_SECONDS = 30;
/** How long a result waits for somebody to fetch it. */
const KEPT_MS = 5 * 60_000;
const HOLD_MS = 1000;

/** A comparison of the database with the hosts that somebody follows. */
export interface Comparison {
  /** Null until it is known how many hosts there are. */
  readonly progress: Progress | null;
  /** Resolves when it has ended, however, and at the latest after a moment: nobody has to ask often to be told in time. */
  endedSoon(): Promise<void>;
  /** Null while it runs. Throws what it failed with. */
  result(): PoolDifferences | null;
}

type Compare = (onProgress: (progress: Progress) => void) => Promise<PoolDifferences>;

/** Comparisons that were begun for clients who ask how far they are. They change nothing, and end with the server. */
export class Comparisons {
  readonly #compare: Compare;
  readonly #holdMs: number;
  readonly #byId = new Map<Id, Running>();

  constructor(compare: Compare, { holdMs = HOLD_MS }: { readonly holdMs?: number } = {}) {
    this.#compare = compare;
    this.#holdMs = holdMs;
  }

  /** Throws ServerBusy when enough are running. */
  begin(): Id {
    const running = [...this.#byId.values()].filter(({ isRunning }) => isRunning);
    if (running.length >= MOST_AT_ONCE) throw new ServerBusy(RETRY_AFTER_SECONDS);
    const id = newId();
    const comparison = new Running(this.#compare, this.#holdMs);
    this.#byId.set(id, comparison);
    void comparison.ended.then(() => startTimer(() => this.#byId.delete(id), KEPT_MS).unref());
    return id;
  }

  find(id: Id): Comparison | null {
    return this.#byId.get(id) ?? null;
  }
}

class Running implements Comparison {
  readonly ended: Promise<void>;
  readonly #holdMs: number;
  #progress: Progress | null = null;
  #result: PoolDifferences | null = null;
  #failure: { readonly error: unknown } | null = null;

  constructor(compare: Compare, holdMs: number) {
    this.#holdMs = holdMs;
    this.ended = compare((progress) => {
      this.#progress = progress;
    }).then(
      (result) => {
        this.#result = result;
      },
      (error: unknown) => {
        this.#failure = { error };
      },
    );
  }

  get progress(): Progress | null {
    return this.#progress;
  }

  async endedSoon(): Promise<void> {
    await Promise.race([this.ended, pause(this.#holdMs)]);
  }

  get isRunning(): boolean {
    return this.#result === null && this.#failure === null;
  }

  result(): PoolDifferences | null {
    if (this.#failure) throw this.#failure.error;
    return this.#result;
  }
}
