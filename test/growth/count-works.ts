/**
 * Prints what grows fastest in everything in `WORKS` between its two sizes, as JSON. See work-counter.ts for the flags that
 * it needs. Arguments: parts of the names of those that are wanted.
 */
import { fastest, type Grown, ofAll, TOLERANCE, WorkCounter } from './work-counter.js';

/** What is done once in a while, and not for each of what there is, falls into one size by chance, and into the other not. */
const TRIES = 3;

/** Of one work. */
export interface Growth {
  readonly name: string;
  /** At the most. */
  readonly power: number;
  readonly fastest: readonly Grown[];
}

// Before anything else is loaded.
const counter = await WorkCounter.start();
const { WORKS } = await import('./works.js');
const { withMadePool } = await import('../support/made-pool.js');

const parts = process.argv.slice(2);
const found: Growth[] = [];
for (const { name, shape, sizes, power, counted, run } of WORKS) {
  if (parts.length > 0 && !parts.some((part) => name.includes(part))) continue;
  const at = (size: number) =>
    withMadePool(shape(size), async (made) => {
      await run(made);
      return counter.count(() => run(made));
    });
  const tried: (readonly Grown[])[] = [];
  do {
    const [few, many] = [await at(sizes[0]), await at(sizes[1])];
    tried.push(fastest(few, many, sizes[1] / sizes[0], counted));
  } while (tried.length < TRIES && ofAll(tried).some((grown) => grown.power > power + TOLERANCE));
  found.push({ name, power, fastest: ofAll(tried) });
}
process.stdout.write(JSON.stringify(found));
