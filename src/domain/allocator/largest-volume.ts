import { bricksPerSet, disperseCounts } from '../durability.js';
import { KIB_PER_GIB } from '../size.js';
import { findCandidates } from './candidates.js';
import { haveRoomFor } from './capacity.js';
import { placeSets } from './place-sets.js';
import { giveBack, type Position } from './placing.js';
import { positionsOf } from './positions.js';
import { newSearchBudget } from './search-sets.js';
import { parseTagRule } from './tags.js';
import type { ClusterSnapshot, PlacementRequest } from './types.js';

/**
 * The largest volume of this kind, whole GiB, that could be placed now; 0 when none. Splits halve, so a size between
 * two that fit may be refused; but for one number of sets smaller bricks always fit where larger ones do, so that the
 * largest is found for each number of sets.
 */
export function largestVolumeGib(snapshot: ClusterSnapshot, request: PlacementRequest): number {
  const tagRule = request.tagMatch === null ? null : parseTagRule(request.tagMatch);
  if (request.tagMatch !== null && !tagRule) return 0;
  const candidates = findCandidates(snapshot, tagRule);
  const { standings } = candidates.standing;
  const { limits, durability, existingBricks } = request;
  const setSize = bricksPerSet(durability);
  const data = durability.type === 'disperse' ? disperseCounts(durability).data : 1;
  const budget = newSearchBudget();
  const largestFree = standings.reduce((most, { largestFreeKib }) => Math.max(most, largestFreeKib), 0);

  const fits = (sets: number, brickKib: number): boolean => {
    const positions = positionsOf(brickKib, setSize, request);
    const [first] = positions ?? [];
    if (!positions || !first) return false;
    if (positions.every((position) => isSame(position, first)))
      return haveRoomFor(candidates, first, setSize, sets, request);
    const placed = placeSets(candidates, positions, sets, request, budget);
    for (const taken of placed?.flat().reverse() ?? []) giveBack(taken);
    return placed !== null;
  };

  let largest = 0;
  for (let sets = 1; sets * setSize + existingBricks <= limits.maxBricksPerVolume; sets *= 2) {
    const brickOf = (gib: number) => Math.floor(Math.floor((gib * KIB_PER_GIB) / sets) / data);
    const smallestKib = Math.max(limits.minBrickKib, request.arbiter?.averageFileKib ?? 0);
    let low = Math.ceil((smallestKib * sets * data) / KIB_PER_GIB);
    let high = Math.floor((Math.min(limits.maxBrickKib, largestFree) * sets * data) / KIB_PER_GIB) + 1;
    while (brickOf(high) > limits.maxBrickKib) high--;
    if (low > high || !fits(sets, brickOf(low))) continue;
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if (fits(sets, brickOf(middle))) low = middle;
      else high = middle - 1;
    }
    largest = Math.max(largest, low);
  }
  return largest;
}

function isSame(a: Position, b: Position): boolean {
  return a.kind === b.kind && a.sizeKib === b.sizeKib;
}
