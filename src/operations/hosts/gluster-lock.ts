import { pause } from '../../timing/timers.js';
import { FairGate } from './fair-gate.js';

/** How long and how evenly refused commands wait. */
export interface Pacing {
  pause(ms: number): Promise<void>;
  nowMs(): number;
  /** From 0 to 1. */
  random(): number;
}

export const REAL_PACING: Pacing = {
  pause,
  nowMs: () => performance.now(),
  random: () => Math.random(),
};

/** A refused command is tried again for so long; whoever holds the lock longer does not let go by itself. */
const GIVE_UP_AFTER_MS = 5 * 60_000;
const FIRST_PAUSE_MS = 200;
const LONGEST_PAUSE_MS = 5_000;
const SHORTEST_HOLD_MS = 60_000;
const LONGEST_HOLD_MS = 3_600_000;

/**
 * How many gluster changes run in one cluster at a time. glusterd locks per volume, but one of an old op-version
 * locks the whole pool: after a refusal that is not about the asking volume, changes run one at a time for a while.
 */
export class GlusterLock {
  readonly #gate: FairGate;
  readonly #limit: number;
  readonly #pacing: Pacing;
  #holdMs = SHORTEST_HOLD_MS;
  #singleUntilMs = 0;

  constructor(limit: number, pacing: Pacing) {
    this.#gate = new FairGate(limit);
    this.#limit = limit;
    this.#pacing = pacing;
  }

  /** A place in the order of arrival. */
  turn(volume: string): GlusterTurn {
    return new GlusterTurn(this, volume, this.#gate.ticket(), this.#pacing);
  }

  enter(ticket: number): Promise<void> {
    if (this.#gate.limit < this.#limit && this.#pacing.nowMs() >= this.#singleUntilMs) this.#gate.limit = this.#limit;
    return this.#gate.enter(ticket);
  }

  leave(): void {
    this.#gate.leave();
  }

  /** The lock that refused a command covers more than its volume. */
  holdToOne(): void {
    const now = this.#pacing.nowMs();
    const isHeld = now < this.#singleUntilMs;
    // Refused again soon after the last time: this gluster does lock its pool, so it is tried more rarely.
    if (!isHeld && this.#singleUntilMs > 0) {
      const isSoon = now < this.#singleUntilMs + this.#holdMs;
      this.#holdMs = isSoon ? Math.min(this.#holdMs * 2, LONGEST_HOLD_MS) : SHORTEST_HOLD_MS;
    }
    if (!isHeld) this.#singleUntilMs = now + this.#holdMs;
    this.#gate.limit = 1;
  }
}

/** One change's turn: taken with `enter`, given up for the time of a pause, and taken again in the old place. */
export class GlusterTurn {
  readonly #lock: GlusterLock;
  readonly #volume: string;
  readonly #ticket: number;
  readonly #pacing: Pacing;
  #refusals = 0;
  #firstRefusalMs = 0;

  constructor(lock: GlusterLock, volume: string, ticket: number, pacing: Pacing) {
    this.#lock = lock;
    this.#volume = volume;
    this.#ticket = ticket;
    this.#pacing = pacing;
  }

  enter(): Promise<void> {
    return this.#lock.enter(this.#ticket);
  }

  leave(): void {
    this.#lock.leave();
  }

  /**
   * Waits after a refusal for the lock of volume `locked`; null: it named none. False when it has waited long enough:
   * the refusal is the answer then.
   */
  async waitAfter(locked: string | null): Promise<boolean> {
    const now = this.#pacing.nowMs();
    if (this.#refusals === 0) this.#firstRefusalMs = now;
    if (now - this.#firstRefusalMs >= GIVE_UP_AFTER_MS) return false;
    if (locked !== this.#volume) this.#lock.holdToOne();
    const longest = Math.min(FIRST_PAUSE_MS * 2 ** this.#refusals++, LONGEST_PAUSE_MS);
    this.leave();
    try {
      await this.#pacing.pause(longest * (0.5 + this.#pacing.random() / 2));
    } finally {
      await this.enter();
    }
    return true;
  }
}
