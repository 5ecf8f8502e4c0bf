import { counted } from '../counted.js';
import { bricksPerSet } from '../durability.js';
import { KIB_PER_GIB } from '../size.js';
import type { Candidates } from './candidates.js';
import type { ExcludedDevice, NodeStanding } from './node-standing.js';
import type { DeviceSnapshot, PlacementRequest } from './types.js';
import { type Attempt, inGib, roomFor } from './verdicts.js';

/** How exactly the largest brick is told. */
const NEAR_KIB = KIB_PER_GIB / 64;

/** A few lines on what was missing and what would help. */
export function explainNoSpace(
  candidates: Candidates,
  excluded: readonly ExcludedDevice[],
  request: PlacementRequest,
  { tried, reason, isCertain }: Attempt,
): string {
  const setSize = bricksPerSet(request.durability);
  const lines: string[] = [];
  const nodes = candidates.standing.standings.filter(({ usable }) => usable.length > 0);
  const zones = new Set(nodes.map(({ node }) => node.zone));
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

function largestBrickKib(nodes: readonly NodeStanding[], request: PlacementRequest): number {
  let largest = 0;
  let takesMore = roomFor(1, request);
  for (const { usable, largestFreeKib } of nodes) {
    if (largestFreeKib <= largest) continue;
    for (const { device } of usable) {
      if (!takesMore(device)) continue;
      largest = Math.max(largest, largestOnKib(device, request));
      takesMore = roomFor(largest + NEAR_KIB, request);
    }
  }
  return largest;
}

/** To `NEAR_KIB`. */
function largestOnKib(device: DeviceSnapshot, request: PlacementRequest): number {
  let low = 0;
  let high = device.freeKib;
  while (high - low > NEAR_KIB) {
    const middle = Math.floor((low + high) / 2);
    if (roomFor(middle, request)(device)) low = middle;
    else high = middle;
  }
  return low;
}

function countReasons(excluded: readonly ExcludedDevice[]): string {
  const counts = new Map<string, number>();
  for (const { refusal } of excluded) counts.set(refusal, (counts.get(refusal) ?? 0) + 1);
  return [...counts].map(([refusal, count]) => `${count} ${refusal}`).join(', ');
}
