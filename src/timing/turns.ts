/** For so long a piece of a long work may hold the event loop. */
const SLICE_MS = 5;

const waiting: (() => void)[] = [];

/**
 * Lets everybody else have a turn of the event loop. Of those that wait here only one goes on in each: however many long
 * works run at once, others wait for one slice and not for one of each.
 */
export function nextTurn(): Promise<void> {
  return new Promise((done) => {
    waiting.push(done);
    if (waiting.length === 1) setImmediate(goOn);
  });
}

function goOn(): void {
  waiting.shift()?.();
  if (waiting.length > 0) setImmediate(goOn);
}

/** Cuts a long work into slices. The work asks after each small step. */
export class Slices {
  #beganAt = performance.now();

  get isOver(): boolean {
    return performance.now() - this.#beganAt >= SLICE_MS;
  }

  async next(): Promise<void> {
    await nextTurn();
    this.#beganAt = performance.now();
  }
}

/** Does a small work for each item, in slices. */
export async function inSlices<T>(items: Iterable<T>, work: (item: T) => void): Promise<void> {
  const slices = new Slices();
  for (const item of items) {
    if (slices.isOver) await slices.next();
    work(item);
  }
}
