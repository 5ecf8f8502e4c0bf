import { type Durability, disperseCounts } from '../durability.js';
import type { BrickLimits } from './types.js';

export interface BrickSize {
  /** Number of brick sets. */
  readonly sets: number;
  /** Size of each data brick, KiB. */
  readonly brickKib: number;
}

/**
 * The ways to split a volume, largest bricks first: 1, 2, 4, ... sets of equal bricks between the limits. Ends when
 * bricks would become smaller than the minimum.
 */
export function* brickSizes(sizeKib: number, durability: Durability, limits: BrickLimits): Generator<BrickSize, void> {
  const data = durability.type === 'disperse' ? disperseCounts(durability).data : 1;
  for (let sets = 1; ; sets *= 2) {
    const brickKib = Math.floor(Math.floor(sizeKib / sets) / data);
    if (brickKib < limits.minBrickKib) return;
    if (brickKib <= limits.maxBrickKib) yield { sets, brickKib };
  }
}
