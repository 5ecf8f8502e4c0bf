import { counted } from '../counted.js';
import { bricksPerSet } from '../durability.js';
import { KIB_PER_GIB } from '../size.js';
import type { BrickSize } from './brick-sizes.js';
import { brickSpace, fits } from './brick-space.js';
import type { CandidateNode } from './candidates.js';
import type { ExcludedDevice } from './node-standing.js';
import type { PlacementRequest, RefusalReason } from './types.js';
import { inGib } from './verdicts.js';

/** How far placement got. */
export interface Attempt {
  /** The smallest split that was tried, if any. */
  readonly tried: BrickSize | null;
  readonly reason: RefusalReason;
  /** False when a search was ended before it had seen everything. */
  readonly isCertain: boolean;
}

/** A few lines on what was missing and what would help. */
export function explainNoSpace(
  nodes: readonly CandidateNode[],
  excluded: readonly ExcludedDevice[],
  request: PlacementRequest,
  { tried, reason, isCertain }: Attempt,
): string {
  const setSize = bricksPerSet(request.durability);
  const lines: string[] = [];
  const zones = new Set(nodes.map((node) => node.zone));
  if (nodes.length < setSize) {
    lines.push(`A brick set needs ${setSize} nodes; ${nodes.length} have devices that may be used.`);
  } else if (request.zoneChecking === 'strict' && zones.size < setSize) {
    lines.push(`Strict zone checking needs ${setSize} zones; the usable devices are in ${zones.size}.`);
  }
  if (tried) {
    lines.push(
      `Tried down to ${tried.sets} sets of bricks of ${inGib(tried.brickKib)}; the largest brick that a usable device could take is ${inGib(largestBrickKib(nodes, request))}.`,
    );
  }
  if (reason === 'max-bricks') {
    lines.push(
      `Smaller bricks would be more than ${request.limits.maxBricksPerVolume} in the volume (max_bricks_per_volume).`,
    );
  } else {
    lines.push(`Smaller bricks would be below ${inGib(request.limits.minBrickKib)} (brick_min_size_gb).`);
  }
  if (!isCertain) {
    lines.push(
      'The search for arbiter sets was ended before it had tried everything; a slightly smaller volume may fit.',
    );
  }
  if (excluded.length > 0)
    lines.push(
      `${counted(excluded.length, 'device')} ${excluded.length === 1 ? 'was' : 'were'} left out: ${countReasons(excluded)}.`,
    );
  return lines.join('\n');
}

function largestBrickKib(nodes: readonly CandidateNode[], request: PlacementRequest): number {
  let largest = 0;
  for (const candidate of nodes.flatMap((node) => node.devices)) {
    let low = 0;
    let high = candidate.freeKib;
    while (high - low > KIB_PER_GIB / 64) {
      const middle = Math.floor((low + high) / 2);
      const space = brickSpace(middle, request.snapshotFactor, candidate.device.extentKib);
      if (fits(candidate, space, request.reserveSpareMetadata)) low = middle;
      else high = middle;
    }
    largest = Math.max(largest, low);
  }
  return largest;
}

function countReasons(excluded: readonly ExcludedDevice[]): string {
  const counts = new Map<string, number>();
  for (const { refusal } of excluded) counts.set(refusal, (counts.get(refusal) ?? 0) + 1);
  return [...counts].map(([refusal, count]) => `${count} ${refusal}`).join(', ');
}
