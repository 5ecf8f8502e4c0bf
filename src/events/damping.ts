const WINDOW_MS = 3600_000;
const MOST_IN_WINDOW = 6;

interface Told {
  /** When, in milliseconds of a clock that never jumps. */
  readonly at: number[];
  /** What was seen last, told or not. */
  seen: string;
  /** Changes that were seen and not told. */
  untold: number;
}

/**
 * Keeps a thing that changes all the time (a node whose link flaps) from filling the events, of which only so many are kept:
 * of each no more than six changes an hour are told. Those in between are counted; what it has become is told by the next
 * observation that may be.
 */
export class Damping {
  readonly #now: () => number;
  readonly #of = new Map<string, Told>();

  constructor(now: () => number) {
    this.#now = now;
  }

  /** Null: not now. Otherwise how many changes before this one were not told. */
  changed(key: string, seen: string): number | null {
    const now = this.#now();
    const told = this.#of.get(key) ?? { at: [], seen: '', untold: 0 };
    this.#of.set(key, told);
    const isAnother = told.seen !== seen;
    told.seen = seen;
    while (told.at.length > 0 && now - (told.at[0] ?? 0) >= WINDOW_MS) told.at.shift();
    if (told.at.length >= MOST_IN_WINDOW) {
      if (isAnother) told.untold += 1;
      return null;
    }
    told.at.push(now);
    // The one that is told now may have been counted when it was seen first.
    const { untold } = told;
    told.untold = 0;
    return isAnother ? untold : Math.max(0, untold - 1);
  }

  /** It is as it was told last. */
  unchanged(key: string, seen: string): void {
    const told = this.#of.get(key);
    if (!told || told.seen === seen) return;
    told.seen = seen;
    told.untold += 1;
  }
}
