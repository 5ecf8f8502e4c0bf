import type { Id } from '../ids.js';
import { type ClusterStanding, standingOf } from './cluster-standing.js';
import type { ExcludedDevice, NodeStanding } from './node-standing.js';
import type { ArbiterRole, TagRule } from './tags.js';
import type { ClusterSnapshot, DeviceSnapshot } from './types.js';

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
  /** Usable devices, in the order of the node's. */
  readonly devices: readonly Candidate[];
}

/**
 * Devices of online nodes that are online, well, and pass the tag rule. Candidates are made where one is taken or looked at
 * closely: a placement that goes through all nodes makes those of a few.
 */
export class Candidates {
  readonly standing: ClusterStanding;
  readonly #made: (CandidateNode | undefined)[] = [];

  constructor(standing: ClusterStanding) {
    this.standing = standing;
  }

  get onlineDevices(): number {
    return this.standing.onlineDevices;
  }

  /** By the place of a node in the snapshot. */
  at(place: number): CandidateNode {
    const made = this.#made[place] ?? makeNode(this.standing.standings[place] as NodeStanding);
    this.#made[place] = made;
    return made;
  }

  /** Null: nothing was taken from the node's devices, as far as anybody could have. */
  madeAt(place: number): CandidateNode | null {
    return this.#made[place] ?? null;
  }

  /** Those that have any, in the order of the snapshot. */
  get nodes(): readonly CandidateNode[] {
    const nodes: CandidateNode[] = [];
    for (const [place, { usable }] of this.standing.standings.entries())
      if (usable.length > 0) nodes.push(this.at(place));
    return nodes;
  }

  /** The other devices, and why. */
  excluded(): readonly ExcludedDevice[] {
    return this.standing.standings.flatMap((standing) => standing.excluded());
  }
}

export function findCandidates(snapshot: ClusterSnapshot, tagRule: TagRule | null): Candidates {
  return new Candidates(standingOf(snapshot, tagRule));
}

function makeNode({ node: { id, name, zone }, usable }: NodeStanding): CandidateNode {
  const devices: Candidate[] = [];
  const made = { id, name, zone, devices };
  for (const { device, role } of usable) {
    const { freeKib, largestMetadataKib } = device;
    devices.push({ device, node: made, role, freeKib, largestMetadataKib });
  }
  return made;
}

/** Positions 0 and 1 of a set hold data, the last may hold an arbiter. */
export function mayHold(role: ArbiterRole, kind: BrickKind): boolean {
  if (kind === 'any') return true;
  return role !== (kind === 'arbiter' ? 'disabled' : 'required');
}

/** `any`: a brick of a volume without arbiter, for which the arbiter tag means nothing. */
export type BrickKind = 'any' | 'data' | 'arbiter';
