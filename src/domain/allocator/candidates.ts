import type { Id } from '../ids.js';
import { type ArbiterRole, arbiterRole, effectiveTags, matchesTagRule, type TagRule } from './tags.js';
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
    for (const device of node.devices) {
      const exclude = (refusal: DeviceRefusal, detail: string) => excluded.push({ node, device, refusal, detail });
      if (node.state !== 'online') {
        exclude('node-offline', `node is ${node.state}`);
      } else if (!node.isUp) {
        exclude('node-down', 'glusterd on the node was last seen down');
      } else if (device.state !== 'online') {
        exclude('device-offline', `device is ${device.state}`);
      } else {
        onlineDevices++;
        const tags = effectiveTags(node.tags, device.tags);
        if (tagRule && !matchesTagRule(tagRule, tags)) {
          exclude('tag', `tag ${tagRule.name} is ${JSON.stringify(tags[tagRule.name] ?? '')}`);
        } else {
          const { freeKib, largestMetadataKib } = device;
          candidate.devices.push({ device, node: candidate, role: arbiterRole(tags), freeKib, largestMetadataKib });
        }
      }
    }
    if (candidate.devices.length > 0) nodes.push(candidate);
  }
  return { nodes, excluded, onlineDevices };
}

/** Positions 0 and 1 of a set hold data, the last may hold an arbiter. */
export function mayHold(candidate: Candidate, kind: BrickKind): boolean {
  if (kind === 'any') return true;
  return candidate.role !== (kind === 'arbiter' ? 'disabled' : 'required');
}

/** `any`: a brick of a volume without arbiter, for which the arbiter tag means nothing. */
export type BrickKind = 'any' | 'data' | 'arbiter';
