import pLimit, { type LimitFunction } from 'p-limit';
import { DomainError, SERVER_BUSY } from '../domain/errors.js';
import type { Id } from '../domain/ids.js';

const RUNNING_AT_ONCE = 64;
const WAITING_AT_MOST = 1000;

/**
 * Which operations run in this process. With a configured limit, a request beyond it is refused as in the
 * original; without one, requests wait in order and a bounded number of them runs at a time.
 */
export class OperationTracker {
  readonly #limit: number | null;
  readonly #admitted = new Set<Id>();
  readonly #unlimited = new Set<Id>();
  readonly #recovering = new Set<Id>();
  readonly #slots: LimitFunction = pLimit(RUNNING_AT_ONCE);

  constructor(limit: number | null) {
    this.#limit = limit;
  }

  /** Takes a place for an operation; throws `busy` when there is none. */
  admit(id: Id): void {
    const limit = this.#limit ?? RUNNING_AT_ONCE + WAITING_AT_MOST;
    if (this.#admitted.size >= limit || this.#admitted.has(id)) throw new DomainError('busy', SERVER_BUSY);
    this.#admitted.add(id);
  }

  /** Counts an operation that the limit does not apply to. */
  track(id: Id): void {
    this.#unlimited.add(id);
  }

  /** Takes an operation over for recovery unless it is worked on. False: somebody else is working on it. */
  tryAdmit(id: Id): boolean {
    if (this.has(id)) return false;
    this.#recovering.add(id);
    return true;
  }

  release(id: Id): void {
    this.#admitted.delete(id);
    this.#unlimited.delete(id);
    this.#recovering.delete(id);
  }

  has(id: Id): boolean {
    return this.#admitted.has(id) || this.#unlimited.has(id) || this.#recovering.has(id);
  }

  /** Counted ones and those being recovered: what clients see as in flight. */
  get inFlight(): number {
    return this.#admitted.size + this.#recovering.size;
  }

  /** Runs `work` as soon as a slot is free, in the order of the calls. */
  run<T>(work: () => Promise<T>): Promise<T> {
    return this.#slots(work);
  }
}
