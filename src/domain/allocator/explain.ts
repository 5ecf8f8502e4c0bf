import { bricksPerSet } from '../durability.js';
import { KIB_PER_GIB } from '../size.js';
import type { BrickSize } from './brick-sizes.js';
import { brickSpace, fits } from './brick-space.js';
import type { Candidate, CandidateNode, ExcludedDevice } from './candidates.js';
import type { DeviceVerdict, PlacementRequest, RefusalReason } from './types.js';

/** A few lines on what was missing and what would help. `tried` is the smallest split that was tried, if any. */
export function explainNoSpace(
  nodes: readonly CandidateNode[],
  excluded: readonly ExcludedDevice[],
  request: PlacementRequest,
  tried: BrickSize | null,
  reason: RefusalReason,
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
  if (excluded.length > 0) lines.push(`${excluded.length} devices were left out: ${countReasons(excluded)}.`);
  return lines.join('\n');
}

/** Why each device can't take a brick of the smallest size that was tried. */
export function verdicts(
  nodes: readonly CandidateNode[],
  excluded: readonly ExcludedDevice[],
  request: PlacementRequest,
  tried: BrickSize | null,
): readonly DeviceVerdict[] {
  const left: DeviceVerdict[] = excluded.map(({ node, device, refusal, detail }) => ({
    nodeId: node.id,
    nodeName: node.name,
    deviceId: device.id,
    deviceName: device.name,
    zone: node.zone,
    freeKib: device.freeKib,
    refusal,
    detail,
  }));
  const brickKib = tried?.brickKib ?? request.limits.minBrickKib;
  for (const candidate of nodes.flatMap((node) => node.devices)) left.push(verdict(candidate, brickKib, request));
  return left;
}

function verdict(candidate: Candidate, brickKib: number, request: PlacementRequest): DeviceVerdict {
  const { device, node, role } = candidate;
  const space = brickSpace(brickKib, request.snapshotFactor, device.extentKib);
  const base = {
    nodeId: node.id,
    nodeName: node.name,
    deviceId: device.id,
    deviceName: device.name,
    zone: node.zone,
    freeKib: device.freeKib,
  };
  if (!fits(candidate, space, request.reserveSpareMetadata)) {
    return {
      ...base,
      refusal: 'too-small',
      detail: `a brick needs ${inGib(space.totalKib)}, the device has ${inGib(device.freeKib)} free`,
    };
  }
  if (request.arbiter && role !== 'supported') {
    return { ...base, refusal: 'arbiter-tag', detail: `tag arbiter is ${role}` };
  }
  if (request.zoneChecking === 'strict') {
    return {
      ...base,
      refusal: 'zone-taken',
      detail: `has room, but the other bricks of the set found no place outside zone ${node.zone}`,
    };
  }
  return { ...base, refusal: 'node-taken', detail: 'has room, but the other bricks of the set found no other node' };
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

function inGib(kib: number): string {
  return `${(kib / KIB_PER_GIB).toFixed(2)} GiB`;
}
