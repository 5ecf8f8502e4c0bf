import { pause } from '../timing/timers.js';

/** When the last request came: a server that is about to end lets conversations that are under way come to their end. */
export class Traffic {
  #lastMs = Number.NEGATIVE_INFINITY;

  seen(): void {
    this.#lastMs = performance.now();
  }

  /** Resolves when no request has come for `quietMs`, or `limitMs` have passed. */
  async quiet(quietMs: number, limitMs: number): Promise<void> {
    const endsAt = performance.now() + limitMs;
    for (;;) {
      const now = performance.now();
      const waitMs = Math.min(this.#lastMs + quietMs, endsAt) - now;
      if (waitMs <= 0) return;
      await pause(waitMs);
    }
  }
}
