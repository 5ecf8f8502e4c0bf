import type { Position } from './placing.js';
import type { PlacementRequest } from './types.js';

/** An arbiter keeps names and attributes only: 1 KiB per file that the data brick may hold. */
const MIN_ARBITER_KIB = 16 * 1024;
/** The third of each set. */
const ARBITER_POSITION = 2;

/** The bricks of one set; null when an arbiter's files would be larger than a data brick. */
export function positionsOf(
  brickKib: number,
  setSize: number,
  { arbiter }: Pick<PlacementRequest, 'arbiter'>,
): readonly Position[] | null {
  if (!arbiter) return Array.from({ length: setSize }, () => ({ kind: 'any', sizeKib: brickKib }));
  if (brickKib < arbiter.averageFileKib) return null;
  const arbiterKib = Math.max(Math.floor(brickKib / arbiter.averageFileKib), MIN_ARBITER_KIB);
  return Array.from(
    { length: setSize },
    (_, i): Position =>
      i === ARBITER_POSITION ? { kind: 'arbiter', sizeKib: arbiterKib } : { kind: 'data', sizeKib: brickKib },
  );
}
