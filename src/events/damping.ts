const WINDOW_MS = 3600_000;
const MOST_IN_WINDOW = 6;

interface Watched {
  /** When it was told, in milliseconds of a clock that never jumps. */
  readonly toldAt: number[];
  seen: string;
  /** How often it has become another one since it was told. */
  changes: number;
}

/**
 * Keeps a thing that changes all the time (a node whose link flaps) from filling the events, of which only so many are kept:
 * of each no more than six changes an hour are told, and the others counted.
 */
export class Damping {
  readonly #now: () => number;
  readonly #watched = new Map<string, Watched>();

  constructor(now: () => number) {
    this.#now = now;
  }

  /** It is so now, told or not. */
  saw(key: string, seen: string): void {
    const before = this.#watched.get(key);
    if (!before) this.#watched.set(key, { toldAt: [], seen, changes: 0 });
    else if (before.seen !== seen) {
      before.seen = seen;
      before.changes += 1;
    }
  }

  /** How long it can't be told yet. */
  waitMs(key: string): number {
    const toldAt = this.#watched.get(key)?.toldAt ?? [];
    while (toldAt.length > 0 && this.#now() - (toldAt[0] ?? 0) >= WINDOW_MS) toldAt.shift();
    return toldAt.length < MOST_IN_WINDOW ? 0 : WINDOW_MS - (this.#now() - (toldAt[0] ?? 0));
  }

  /** How many changes before what it is now were not told. */
  untold(key: string): number {
    return Math.max(0, (this.#watched.get(key)?.changes ?? 0) - 1);
  }

  /** What it is now is on the disk. */
  told(key: string): void {
    const watched = this.#watched.get(key);
    if (!watched) return;
    watched.toldAt.push(this.#now());
    watched.changes = 0;
  }
}
