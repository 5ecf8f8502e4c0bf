/** Repeatable random numbers below 1 (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** What `npm test` draws its samples with: a commit is not judged by chance. */
const USUAL_SEED = 20_261_124;

/** The seed of this run: the usual one, or that of the environment variable, for which `random` draws a new one. */
export function seedFrom(variable: string): number {
  const given = process.env[variable];
  return given === 'random' ? Math.floor(Math.random() * 2 ** 32) : Number(given ?? USUAL_SEED);
}
