import { ServerBusy } from '../../domain/errors.js';
import type { Id } from '../../domain/ids.js';
import { FairGate } from '../hosts/fair-gate.js';

const WAITING_AT_MOST = 1000;

/** What a refused client waits for until an operation has ended, seconds: the least that clients wait of their own accord. */
const FIRST_GUESS_S = 10;
const LONGEST_GUESS_S = 300;
/** Of an operation that ends, in what they are taken to last. */
const WEIGHT = 0.1;

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
  /** Admitted ones, and when they have begun; null while they wait. */
  readonly #admitted = new Map<Id, number | null>();
  readonly #unlimited = new Set<Id>();
  readonly #recovering = new Set<Id>();
  readonly #lanes = new Map<string, FairGate>();
  readonly #closing: AbortSignal;
  readonly #nowMs: () => number;
  #waiting = 0;
  /** What an operation lasts; null until one has ended. */
  #lastsMs: number | null = null;

  /** Once `closing` is aborted, what waits for a place is refused with its reason, and so is whatever comes later. */
  constructor(limits: OperationLimits, closing: AbortSignal, nowMs = () => performance.now()) {
    this.#limits = limits;
    this.#closing = closing;
    this.#nowMs = nowMs;
  }

  /** Takes a place for an operation, if it has none yet; throws `busy` when there is none. */
  admit(id: Id): void {
    if (this.#admitted.has(id)) return;
    const { maxInflight } = this.#limits;
    const isFull = maxInflight === null ? this.#waiting >= WAITING_AT_MOST : this.#admitted.size >= maxInflight;
    if (isFull) throw new ServerBusy(this.#likelySeconds());
    this.admitAnyway(id);
  }

  /** Of an operation that has its place already: among those of all servers on the database. */
  admitAnyway(id: Id): void {
    if (this.#admitted.has(id)) return;
    this.#admitted.set(id, null);
    this.#waiting++;
  }

  /** Throws `busy` when so many are in flight at all servers that there is no place for another one. */
  refuseBeyond(inFlight: number): void {
    if (inFlight >= (this.#limits.maxInflight ?? WAITING_AT_MOST)) throw new ServerBusy(this.#likelySeconds());
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
    this.#learnFrom(this.#admitted.get(id) ?? null);
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
    if (this.#admitted.get(id) !== null) return;
    this.#admitted.set(id, this.#nowMs());
    this.#waiting--;
  }

  #learnFrom(beganAt: number | null): void {
    if (beganAt === null) return;
    const lastedMs = this.#nowMs() - beganAt;
    this.#lastsMs = this.#lastsMs === null ? lastedMs : this.#lastsMs + (lastedMs - this.#lastsMs) * WEIGHT;
  }

  /** Until all that are admitted now have ended, when they last as long as others did and as many run at a time. */
  #likelySeconds(): number {
    if (this.#lastsMs === null) return FIRST_GUESS_S;
    const running = Math.max(1, this.#admitted.size - this.#waiting);
    const seconds = Math.ceil((this.#lastsMs / 1000) * (this.#admitted.size / running));
    return Math.min(Math.max(1, seconds), LONGEST_GUESS_S);
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
