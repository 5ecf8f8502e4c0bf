import { type BrickSpace, brickSpace, fits } from './brick-space.js';
import { type BrickKind, type Candidate, type CandidateNode, mayHold } from './candidates.js';
import type { ZoneChecking } from './types.js';

/** One position of a set: what the brick there is and how large. */
export interface Position {
  readonly kind: BrickKind;
  readonly sizeKib: number;
}

export interface SetRules {
  readonly snapshotFactor: number;
  readonly zoneChecking: ZoneChecking;
  readonly reserveSpareMetadata: boolean;
}

/** A brick's place, with the space that it takes there. */
export interface Placed {
  readonly candidate: Candidate;
  readonly space: BrickSpace;
  /** What to put back when the brick goes elsewhere. */
  readonly largestMetadataBeforeKib: number;
}

/** Brick sets, each position by position. */
export type PlacedSets = readonly (readonly Placed[])[];

export function spaceOn(candidate: Candidate, position: Position, rules: SetRules): BrickSpace {
  return brickSpace(position.sizeKib, rules.snapshotFactor, candidate.device.extentKib);
}

/** What the brick takes at the least, KiB: a device that has no more free can't take it. */
export function leastKib({ sizeKib }: Position, { snapshotFactor }: SetRules): number {
  return Math.trunc(sizeKib * Math.fround(snapshotFactor));
}

/** Books the brick on the candidate. */
export function take(candidate: Candidate, position: Position, rules: SetRules): Placed {
  const space = spaceOn(candidate, position, rules);
  const largestMetadataBeforeKib = candidate.largestMetadataKib;
  candidate.freeKib -= space.totalKib;
  candidate.largestMetadataKib = Math.max(largestMetadataBeforeKib, space.poolMetadataKib);
  return { candidate, space, largestMetadataBeforeKib };
}

/** Undoes `take`; several are undone last first. */
export function giveBack({ candidate, space, largestMetadataBeforeKib }: Placed): void {
  candidate.freeKib += space.totalKib;
  candidate.largestMetadataKib = largestMetadataBeforeKib;
}

/** True when a set with bricks on `used` may not have another one on this node. */
export function isUsed(node: CandidateNode, used: readonly Candidate[], rules: SetRules): boolean {
  for (const other of used) {
    if (other.node === node || (rules.zoneChecking === 'strict' && other.node.zone === node.zone)) return true;
  }
  return false;
}

/**
 * Visits the node's devices that could take a brick at this position. A visit and not a list: with thousands of
 * devices the lists would be most of the work.
 */
export function forEachFitting(
  node: CandidateNode,
  position: Position,
  rules: SetRules,
  visit: (candidate: Candidate, space: BrickSpace, index: number) => void,
): void {
  let extentKib = 0;
  let space: BrickSpace | null = null;
  for (const [index, candidate] of node.devices.entries()) {
    if (!mayHold(candidate.role, position.kind)) continue;
    if (!space || candidate.device.extentKib !== extentKib) {
      extentKib = candidate.device.extentKib;
      space = spaceOn(candidate, position, rules);
    }
    if (fits(candidate, space, rules.reserveSpareMetadata)) visit(candidate, space, index);
  }
}
