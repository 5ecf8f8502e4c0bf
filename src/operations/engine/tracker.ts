import { DomainError, SERVER_BUSY } from '../../domain/errors.js';
import type { Id } from '../../domain/ids.js';
import { FairGate } from '../hosts/fair-gate.js';

const WAITING_AT_MOST = 1000;

export interface OperationLimits {
  /** Null: requests wait in order instead of being refused. */
  readonly maxInflight: number | null;
  /** Operations that run at a time in one lane. */
  readonly perLane: number;
}

/**
 * Which operations run in this process. With a configured limit, a request beyond it is refused as in the
 * original; without one, requests wait in order and a bounded number of them runs at a time. Each cluster has a lane
 * of its own, so that one whose hosts hang never keeps another's volumes waiting.
 */
export class OperationTracker {
  readonly #limits: OperationLimits;
  /** Admitted ones; true once they have begun. */
  readonly #admitted = new Map<Id, boolean>();
  readonly #unlimited = new Set<Id>();
  readonly #recovering = new Set<Id>();
  readonly #lanes = new Map<string, FairGate>();
  readonly #closing: AbortSignal;
  #waiting = 0;

  /** Once `closing` is aborted, what waits for a place is refused with its reason, and so is whatever comes later. */
  constructor(limits: OperationLimits, closing: AbortSignal) {
    this.#limits = limits;
    this.#closing = closing;
  }

  /** Takes a place for an operation, if it has none yet; throws `busy` when there is none. */
  admit(id: Id): void {
    if (this.#admitted.has(id)) return;
    const { maxInflight } = this.#limits;
    const isFull = maxInflight === null ? this.#waiting >= WAITING_AT_MOST : this.#admitted.size >= maxInflight;
    if (isFull) throw new DomainError('busy', SERVER_BUSY);
    this.#admitted.set(id, false);
    this.#waiting++;
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
    this.#begin(id);
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

  /** Runs `work` of operation `id` as soon as its lane has a place, in the order of the calls. */
  async run<T>(lane: string, id: Id, work: () => Promise<T>): Promise<T> {
    return this.#lane(lane).run(() => {
      this.#begin(id);
      return work();
    });
  }

  #begin(id: Id): void {
    if (this.#admitted.get(id) !== false) return;
    this.#admitted.set(id, true);
    this.#waiting--;
  }

  #lane(name: string): FairGate {
    let lane = this.#lanes.get(name);
    if (!lane) {
      lane = new FairGate(this.#limits.perLane, this.#closing);
      this.#lanes.set(name, lane);
    }
    return lane;
  }
}
