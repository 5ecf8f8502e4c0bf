/** Starts after which a brick that dies again is left to a person. */
const MAX_STARTS = 5;
/** Before the second start; doubled before each further one. */
const FIRST_PAUSE_MS = 10 * 60_000;
/** A brick that has run for so long after a start is as good as one that never died. */
const FORGOTTEN_AFTER_MS = 24 * 3600_000;

interface Starts {
  count: number;
  lastMs: number;
}

/**
 * Which bricks this server has started, and how often: one that dies every time takes its volume's self-heal with
 * it each time, and a disk that is going does not get better by it. `nowMs` is monotonic.
 */
export class BrickRestarts {
  readonly #starts = new Map<string, Starts>();
  readonly #nowMs: () => number;

  constructor(nowMs: () => number = () => performance.now()) {
    this.#nowMs = nowMs;
  }

  /** Why a brick that is down is not started now, or null. Bricks are named as gluster does. */
  refusal(brick: string): { readonly text: string; readonly isGivenUp: boolean } | null {
    const starts = this.#starts.get(brick);
    if (!starts) return null;
    if (starts.count >= MAX_STARTS) {
      return {
        isGivenUp: true,
        text: `${brick} died again after each of ${starts.count} starts and is not started by itself any more; see its log in /var/log/glusterfs/bricks/, then run: heketi-cli node repair`,
      };
    }
    const leftMs = starts.lastMs + FIRST_PAUSE_MS * 2 ** (starts.count - 1) - this.#nowMs();
    if (leftMs <= 0) return null;
    return {
      isGivenUp: false,
      text: `${brick} died again after ${starts.count} start${starts.count === 1 ? '' : 's'}; the next is tried in ${Math.ceil(leftMs / 60_000)} min`,
    };
  }

  started(brick: string): void {
    this.#starts.set(brick, { count: (this.#starts.get(brick)?.count ?? 0) + 1, lastMs: this.#nowMs() });
  }

  seenRunning(brick: string): void {
    const starts = this.#starts.get(brick);
    if (starts && this.#nowMs() - starts.lastMs >= FORGOTTEN_AFTER_MS) this.#starts.delete(brick);
  }

  /** A person has asked for it. */
  forget(brick: string): void {
    this.#starts.delete(brick);
  }
}
