import { KIB_PER_GIB } from '../size.js';
import type { BrickSize } from './brick-sizes.js';
import { brickSpace, fits } from './brick-space.js';
import type { Candidate, CandidateNode } from './candidates.js';
import type { ExcludedDevice } from './node-standing.js';
import type { DeviceVerdict, PlacementRequest, RefusalReason } from './types.js';

/** Why each device can't take a brick of the smallest size that was tried. */
export function verdicts(
  nodes: readonly CandidateNode[],
  excluded: readonly ExcludedDevice[],
  request: PlacementRequest,
  tried: BrickSize | null,
  reason: RefusalReason,
): readonly DeviceVerdict[] {
  const found = excluded.map(excludedVerdict);
  for (const node of nodes)
    for (const candidate of node.devices) found.push(verdict(candidate, request, tried, reason));
  return found;
}

export function excludedVerdict({
  node,
  device,
  refusal,
  detail,
}: Pick<ExcludedDevice, 'device' | 'refusal' | 'detail'> & {
  readonly node: Pick<ExcludedDevice['node'], 'id' | 'name' | 'zone'>;
}): DeviceVerdict {
  return {
    nodeId: node.id,
    nodeName: node.name,
    deviceId: device.id,
    deviceName: device.name,
    zone: node.zone,
    freeKib: device.freeKib,
    refusal,
    detail,
  };
}

function verdict(
  candidate: Candidate,
  request: PlacementRequest,
  tried: BrickSize | null,
  reason: RefusalReason,
): DeviceVerdict {
  const { device, node } = candidate;
  return excludedVerdict({ device, node, ...verdictReason(candidate, request, tried, reason) });
}

function verdictReason(
  candidate: Candidate,
  request: PlacementRequest,
  tried: BrickSize | null,
  reason: RefusalReason,
): Pick<DeviceVerdict, 'refusal' | 'detail'> {
  const { device, node, role } = candidate;
  const { limits, reserveSpareMetadata } = request;
  const spaceFor = (kib: number) => brickSpace(kib, request.snapshotFactor, device.extentKib);
  const hasRoomFor = (kib: number) => fits(candidate, spaceFor(kib), reserveSpareMetadata);
  const hasRoom = tried !== null && hasRoomFor(tried.brickKib);
  if (!hasRoom && reason === 'max-bricks' && hasRoomFor(limits.minBrickKib)) {
    return {
      refusal: 'limit-reached',
      detail: `has room for smaller bricks, but a volume may have no more than ${limits.maxBricksPerVolume}`,
    };
  }
  if (!hasRoomFor(tried?.brickKib ?? limits.minBrickKib)) {
    const neededKib = spaceFor(tried?.brickKib ?? limits.minBrickKib).totalKib;
    return {
      refusal: 'too-small',
      detail: `a brick needs ${inGib(neededKib)}, the device has ${inGib(device.freeKib)} free`,
    };
  }
  if (request.arbiter && role !== 'supported') return { refusal: 'arbiter-tag', detail: `tag arbiter is ${role}` };
  if (request.zoneChecking === 'strict') {
    return {
      refusal: 'zone-taken',
      detail: `has room, but the other bricks of the set found no place outside zone ${node.zone}`,
    };
  }
  return { refusal: 'node-taken', detail: 'has room, but the other bricks of the set found no other node' };
}

/** For messages. */
export function inGib(kib: number): string {
  return `${(kib / KIB_PER_GIB).toFixed(2)} GiB`;
}
