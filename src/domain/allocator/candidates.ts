import type { Id } from '../ids.js';
import type { Tags } from '../node.js';
import { type ArbiterRole, arbiterRole, effectiveTags, matchesTagRule, type TagRule, tagValue } from './tags.js';
import type { ClusterSnapshot, DeviceRefusal, DeviceSnapshot, NodeSnapshot } from './types.js';

/** A device that may take bricks, with the space that is left while a placement is worked out. */
export interface Candidate {
  readonly device: DeviceSnapshot;
  readonly node: CandidateNode;
  readonly role: ArbiterRole;
  freeKib: number;
  largestMetadataKib: number;
}

export interface CandidateNode {
  readonly id: Id;
  readonly name: string;
  readonly zone: number;
  readonly devices: Candidate[];
}

export interface ExcludedDevice {
  readonly node: NodeSnapshot;
  readonly device: DeviceSnapshot;
  readonly refusal: DeviceRefusal;
  readonly detail: string;
}

/** Devices of online nodes that are online and pass the tag rule, and why each other one does not. */
export function findCandidates(
  snapshot: ClusterSnapshot,
  tagRule: TagRule | null,
): {
  readonly nodes: readonly CandidateNode[];
  readonly excluded: readonly ExcludedDevice[];
  readonly onlineDevices: number;
} {
  const nodes: CandidateNode[] = [];
  const excluded: ExcludedDevice[] = [];
  let onlineDevices = 0;
  for (const node of snapshot.nodes) {
    const candidate: CandidateNode = { id: node.id, name: node.name, zone: node.zone, devices: [] };
    const ofNode = refusalOfNode(node);
    for (const device of node.devices) {
      const offline =
        ofNode ?? (device.state === 'online' ? null : refuse('device-offline', `device is ${device.state}`));
      if (!offline) onlineDevices++;
      const tags = effectiveTags(node.tags, device.tags);
      const why = offline ?? refusalOfDevice(device, tags, tagRule);
      if (why) {
        excluded.push({ node, device, ...why });
      } else {
        const { freeKib, largestMetadataKib } = device;
        candidate.devices.push({ device, node: candidate, role: arbiterRole(tags), freeKib, largestMetadataKib });
      }
    }
    if (candidate.devices.length > 0) nodes.push(candidate);
  }
  return { nodes, excluded, onlineDevices };
}

type Refusal = Pick<ExcludedDevice, 'refusal' | 'detail'>;

function refuse(refusal: DeviceRefusal, detail: string): Refusal {
  return { refusal, detail };
}

function refusalOfNode(node: NodeSnapshot): Refusal | null {
  if (node.state !== 'online') return refuse('node-offline', `node is ${node.state}`);
  return node.isUp ? null : refuse('node-down', 'glusterd on the node was last seen down');
}

function refusalOfDevice(device: DeviceSnapshot, tags: Tags, tagRule: TagRule | null): Refusal | null {
  if (device.hasBrokenCounters) return refuse('broken-counters', "its recorded sizes can't be true; resync the device");
  if (!tagRule || matchesTagRule(tagRule, tags)) return null;
  return refuse('tag', `tag ${tagRule.name} is ${JSON.stringify(tagValue(tags, tagRule.name))}`);
}

/** Positions 0 and 1 of a set hold data, the last may hold an arbiter. */
export function mayHold(candidate: Candidate, kind: BrickKind): boolean {
  if (kind === 'any') return true;
  return candidate.role !== (kind === 'arbiter' ? 'disabled' : 'required');
}

/** `any`: a brick of a volume without arbiter, for which the arbiter tag means nothing. */
export type BrickKind = 'any' | 'data' | 'arbiter';
