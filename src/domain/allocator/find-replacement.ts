import type { Id } from '../ids.js';
import { fits } from './brick-space.js';
import { type BrickKind, type Candidate, type CandidateNode, findCandidates, mayHold } from './candidates.js';
import { leavingOut } from './changed-snapshot.js';
import { deviceRefusals, NO_DEVICES } from './device-refusals.js';
import { chooseEmptiest } from './emptiest.js';
import { type Position, type SetRules, spaceOn } from './placing.js';
import { parseTagRule } from './tags.js';
import type { ClusterSnapshot, DeviceRefusal, DeviceRefusals, NextId, NodeSnapshot, PlacedBrick } from './types.js';
import { excludedDevice, inGib } from './verdicts.js';

/** A brick that is to go to another device. */
export interface ReplacementRequest extends SetRules {
  readonly deviceId: Id;
  /** Of the brick that goes, KiB: the new one has the same, so that an arbiter stays small. */
  readonly sizeKib: number;
  /** `any` in volumes without arbiter; else what the brick's position in its set holds. */
  readonly kind: BrickKind;
  /** Nodes of the other bricks of the set; not that of the brick that goes. */
  readonly otherNodeIds: readonly Id[];
  /** Text of user.heketi.device-tag-match, or null. */
  readonly tagMatch: string | null;
}

export type ReplacementResult =
  | { readonly kind: 'found'; readonly brick: PlacedBrick }
  /** `text` is the original's; `devices` says why each device of the cluster can't take the brick. */
  | { readonly kind: 'none'; readonly text: string; readonly devices: DeviceRefusals };

/**
 * The emptiest device that a brick may move to: any but its own, on any node (its own too) that no other brick of the
 * set is on; under strict zones in a zone of no other brick, else in such a zone if possible. The brick that goes
 * takes up neither its node nor its zone.
 */
export function findReplacement(
  snapshot: ClusterSnapshot,
  request: ReplacementRequest,
  nextId: NextId,
): ReplacementResult {
  const tagRule = request.tagMatch === null ? null : parseTagRule(request.tagMatch);
  if (request.tagMatch !== null && !tagRule)
    return {
      kind: 'none',
      text: `Invalid tag matching rule: Invalid tag match rule: ${request.tagMatch}`,
      devices: NO_DEVICES,
    };
  const position: Position = { kind: request.kind, sizeKib: request.sizeKib };
  const others = neighbours(snapshot, request);
  const elsewhere = findCandidates(leavingOut(snapshot, request.deviceId), tagRule);
  const { nodes } = snapshot;
  const isFree = (place: number) => refusalOfNode(nodes[place] as NodeSnapshot, others, request) === null;
  const isOutside = (place: number) => !others.zones.has((nodes[place] as NodeSnapshot).zone);
  const chosen =
    chooseEmptiest(elsewhere, request, (place) => isFree(place) && isOutside(place))(position, []) ??
    chooseEmptiest(elsewhere, request, isFree)(position, []);
  if (chosen) return { kind: 'found', brick: placedBrick(chosen, position, request, nextId) };
  const candidates = findCandidates(snapshot, tagRule);
  const devices = deviceRefusals((visit) => {
    for (const excluded of candidates.excluded()) visit(excludedDevice(excluded));
    for (const candidate of candidates.nodes.flatMap((node) => node.devices)) {
      const why = refusalOf(candidate, position, others, request);
      const { device, node } = candidate;
      if (why) visit({ device, node, refusal: why.refusal, detail: () => why.detail });
    }
  });
  return { kind: 'none', text: 'No Replacement was found for resource requested to be removed', devices };
}

/** Where the other bricks of the set are. */
interface Neighbours {
  readonly nodeIds: ReadonlySet<Id>;
  readonly zones: ReadonlySet<number>;
  /** A node that is not in the cluster any more: nobody knows its zone. */
  readonly hasUnknown: boolean;
}

function neighbours(snapshot: ClusterSnapshot, { otherNodeIds }: ReplacementRequest): Neighbours {
  const zones = new Map(snapshot.nodes.map((node) => [node.id, node.zone]));
  const known = otherNodeIds.filter((id) => zones.has(id));
  return {
    nodeIds: new Set(otherNodeIds),
    zones: new Set(known.map((id) => zones.get(id) ?? 0)),
    hasUnknown: known.length < otherNodeIds.length,
  };
}

function refusalOf(
  candidate: Candidate,
  position: Position,
  others: Neighbours,
  request: ReplacementRequest,
): { readonly refusal: DeviceRefusal; readonly detail: string } | null {
  const { device, node, role } = candidate;
  if (device.id === request.deviceId) return { refusal: 'same-device', detail: 'the brick is to leave this device' };
  const ofNode = refusalOfNode(node, others, request);
  if (ofNode) return ofNode;
  if (!mayHold(role, position.kind)) return { refusal: 'arbiter-tag', detail: `tag arbiter is ${role}` };
  const space = spaceOn(candidate, position, request);
  if (fits(candidate, space, request.reserveSpareMetadata)) return null;
  return {
    refusal: 'too-small',
    detail: `the brick needs ${inGib(space.totalKib)}, the device has ${inGib(device.freeKib)} free`,
  };
}

function refusalOfNode(
  node: Pick<CandidateNode, 'id' | 'zone'>,
  others: Neighbours,
  request: ReplacementRequest,
): { readonly refusal: DeviceRefusal; readonly detail: string } | null {
  if (others.nodeIds.has(node.id)) return { refusal: 'node-taken', detail: 'another brick of the set is on this node' };
  if (request.zoneChecking === 'strict' && (others.hasUnknown || others.zones.has(node.zone))) {
    const detail = others.hasUnknown
      ? 'the zone of another brick of the set is not known'
      : `another brick of the set is in zone ${node.zone}`;
    return { refusal: 'zone-taken', detail };
  }
  return null;
}

function placedBrick(candidate: Candidate, position: Position, rules: SetRules, nextId: NextId): PlacedBrick {
  const id = nextId();
  const { thinPoolKib, poolMetadataKib } = spaceOn(candidate, position, rules);
  return {
    id,
    nodeId: candidate.node.id,
    deviceId: candidate.device.id,
    sizeKib: position.sizeKib,
    thinPoolKib,
    poolMetadataKib,
    thinPool: `tp_${id}`,
    subType: position.kind === 'arbiter' ? 'arbiter' : 'normal',
  };
}
