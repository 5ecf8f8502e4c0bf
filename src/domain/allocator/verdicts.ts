import { KIB_PER_GIB } from '../size.js';
import type { BrickSize } from './brick-sizes.js';
import { type BrickSpace, brickSpace, fits } from './brick-space.js';
import type { Candidates } from './candidates.js';
import type { RefusedDevice } from './device-refusals.js';
import type { ExcludedDevice, UsableDevice } from './node-standing.js';
import type { DeviceRefusal, DeviceSnapshot, NodeSnapshot, PlacementRequest, RefusalReason } from './types.js';

/** How far placement got. */
export interface Attempt {
  /** The smallest split that was tried, if any. */
  readonly tried: BrickSize | null;
  readonly reason: RefusalReason;
  /** False when a search was ended before it had seen everything. */
  readonly isCertain: boolean;
}

/** Visits each device that can't take a brick of the smallest size that was tried. */
export function forEachRefused(
  candidates: Candidates,
  request: PlacementRequest,
  { tried, reason }: Pick<Attempt, 'tried' | 'reason'>,
  visit: (refused: RefusedDevice) => void,
): void {
  for (const excluded of candidates.excluded()) visit(excludedDevice(excluded));
  const hasTried = tried && roomFor(tried.brickKib, request);
  const hasLeast = roomFor(request.limits.minBrickKib, request);
  for (const { node, usable } of candidates.standing.standings) {
    for (const one of usable) {
      const room = { forTried: hasTried?.(one.device) ?? null, forLeast: () => hasLeast(one.device) };
      const refusal = refusalOf(one, request, room, reason);
      visit({ node, device: one.device, refusal, detail: () => detailOf(refusal, node, one, request, tried) });
    }
  }
}

/** One that takes no brick whatever is placed. */
export function excludedDevice({ node, device, refusal, detail }: ExcludedDevice): RefusedDevice {
  return { node, device, refusal, detail: () => detail };
}

/** Whether a device has room for a brick of this size; most devices have one size of extents. */
export function roomFor(kib: number, request: PlacementRequest): (device: DeviceSnapshot) => boolean {
  const spaces = new Map<number, BrickSpace>();
  return (device) => {
    const space = spaces.get(device.extentKib) ?? spaceFor(kib, device, request);
    spaces.set(device.extentKib, space);
    return fits(device, space, request.reserveSpareMetadata);
  };
}

/** What a device has room for: a brick of the size that was tried (null: none was), and one of the smallest there may be. */
interface Room {
  readonly forTried: boolean | null;
  forLeast(): boolean;
}

function refusalOf(
  { role }: UsableDevice,
  request: PlacementRequest,
  { forTried, forLeast }: Room,
  reason: RefusalReason,
): DeviceRefusal {
  if (!forTried && reason === 'max-bricks' && forLeast()) return 'limit-reached';
  if (!forTried && !(forTried === null && forLeast())) return 'too-small';
  if (request.arbiter && role !== 'supported') return 'arbiter-tag';
  return request.zoneChecking === 'strict' ? 'zone-taken' : 'node-taken';
}

function detailOf(
  refusal: DeviceRefusal,
  node: NodeSnapshot,
  { device, role }: UsableDevice,
  request: PlacementRequest,
  tried: BrickSize | null,
): string {
  const { limits } = request;
  if (refusal === 'limit-reached')
    return `has room for smaller bricks, but a volume may have no more than ${limits.maxBricksPerVolume}`;
  if (refusal === 'too-small') {
    const neededKib = spaceFor(tried?.brickKib ?? limits.minBrickKib, device, request).totalKib;
    return `a brick needs ${inGib(neededKib)}, the device has ${inGib(device.freeKib)} free`;
  }
  if (refusal === 'arbiter-tag') return `tag arbiter is ${role}`;
  return refusal === 'zone-taken'
    ? `has room, but the other bricks of the set found no place outside zone ${node.zone}`
    : 'has room, but the other bricks of the set found no other node';
}

function spaceFor(kib: number, device: DeviceSnapshot, { snapshotFactor }: PlacementRequest): BrickSpace {
  return brickSpace(kib, snapshotFactor, device.extentKib);
}

/** For messages. */
export function inGib(kib: number): string {
  return `${(kib / KIB_PER_GIB).toFixed(2)} GiB`;
}
