import { startTimer } from '../../timing/timers.js';

const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 300_000;

/**
 * How many sessions a host takes on one connection: lower than wanted once it has refused one, and one more after each
 * pause. A refusal may have come from sessions that are closed here and not yet freed there; where sshd does allow
 * fewer, every further refusal doubles the pause.
 */
export class SessionLimit {
  readonly #most: number;
  readonly #onRaised: () => void;
  /** Told once, when a second refusal has confirmed the first. */
  readonly #onConfirmed: (limit: number) => void;
  #limit: number;
  #refusals = 0;
  #timer: NodeJS.Timeout | null = null;

  constructor(most: number, onRaised: () => void, onConfirmed: (limit: number) => void) {
    this.#most = most;
    this.#limit = most;
    this.#onRaised = onRaised;
    this.#onConfirmed = onConfirmed;
  }

  get value(): number {
    return this.#limit;
  }

  /** A session was refused while `others` were open. */
  refused(others: number): void {
    if (others >= this.#limit) return; // it was known when the next one was already on its way
    this.#limit = others;
    this.#refusals++;
    if (this.#refusals === 2) this.#onConfirmed(others);
    this.#raiseLater();
  }

  stop(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
  }

  #raiseLater(): void {
    this.stop();
    if (this.#limit >= this.#most) return;
    const pauseMs = Math.min(FIRST_PAUSE_MS * 2 ** (this.#refusals - 1), LONGEST_PAUSE_MS);
    this.#timer = startTimer(() => {
      this.#limit++;
      this.#raiseLater();
      this.#onRaised();
    }, pauseMs).unref();
  }
}
