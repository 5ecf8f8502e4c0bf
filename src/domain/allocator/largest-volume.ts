import { KIB_PER_GIB } from '../size.js';
import { placeVolume } from './place-volume.js';
import type { ClusterSnapshot, PlacementRequest } from './types.js';

/** No volume is larger: gluster's own limits are far below. */
const SEARCH_LIMIT_GIB = 2 ** 40;

/**
 * The largest volume of this kind, whole GiB, that could be placed now; 0 when none. Placement is not monotonic in
 * the size (splits halve), so the answer is a size that fits while one GiB more does not.
 */
export function largestVolumeGib(snapshot: ClusterSnapshot, request: PlacementRequest): number {
  const fitsGib = (gib: number) => {
    const placed = placeVolume(snapshot, { ...request, sizeKib: gib * KIB_PER_GIB }, () => '');
    return placed.kind === 'placed';
  };
  let low = firstFittingGib(fitsGib, request);
  if (low === 0) return 0;
  let high = low * 2;
  while (high < SEARCH_LIMIT_GIB && fitsGib(high)) {
    low = high;
    high *= 2;
  }
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (fitsGib(middle)) low = middle;
    else high = middle;
  }
  return low;
}

/** The smallest volumes may be refused for the size of their bricks alone. */
function firstFittingGib(fitsGib: (gib: number) => boolean, request: PlacementRequest): number {
  const from = Math.max(1, Math.ceil(request.limits.minBrickKib / KIB_PER_GIB));
  for (let gib = from; gib <= from * 64; gib *= 2) if (fitsGib(gib)) return gib;
  return 0;
}
