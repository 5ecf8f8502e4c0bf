import { type BrickSpace, brickSpace, countFitting, fits } from './brick-space.js';
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

/** Picks the device for a brick among those that could take it and that the set does not use yet. */
type Choose = (position: Position, used: readonly Candidate[]) => Candidate | null;

/** How often the search for arbiter sets may try a device before it gives up. */
const SEARCH_STEPS = 50_000;

/**
 * Places `count` sets one after the other on the candidates, whose space it takes. Null, with nothing taken, when
 * they do not fit.
 *
 * The first way levels: each brick goes to the emptiest device of a zone that the set does not use yet, if there is
 * one. Where that ends without an answer, the second decides. For equal bricks it is exact: n sets of k bricks on
 * distinct nodes (or zones) exist exactly if the sum of min(capacity, n) over them is at least n x k, and taking
 * the k with the most capacity left finds them. Sets with arbiters have two sizes; for those a bounded search tries
 * all devices in turn.
 */
export function placeSets(
  nodes: readonly CandidateNode[],
  positions: readonly Position[],
  count: number,
  rules: SetRules,
): readonly (readonly Placed[])[] | null {
  const levelled = greedily(positions, count, rules, chooseEmptiest(nodes, rules));
  if (levelled) return levelled;
  const isUniform = positions.every(
    ({ kind, sizeKib }) => kind === positions[0]?.kind && sizeKib === positions[0]?.sizeKib,
  );
  if (isUniform) return greedily(positions, count, rules, chooseByCapacity(nodes, positions, rules));
  return search(nodes, positions, count, rules);
}

function greedily(
  positions: readonly Position[],
  count: number,
  rules: SetRules,
  choose: Choose,
): readonly (readonly Placed[])[] | null {
  const sets: Placed[][] = [];
  for (let set = 0; set < count; set++) {
    const placed: (Placed | undefined)[] = positions.map(() => undefined);
    const used: Candidate[] = [];
    // From the last position to the first: the arbiter, which fewer devices may take, comes first.
    for (let i = positions.length - 1; i >= 0; i--) {
      const position = positions[i];
      const candidate = position && choose(position, used);
      if (!position || !candidate) {
        for (const taken of [...sets.flat(), ...placed.filter((p) => p !== undefined)].reverse()) giveBack(taken);
        return null;
      }
      used.push(candidate);
      placed[i] = take(candidate, position, rules);
    }
    sets.push(placed.filter((p) => p !== undefined));
  }
  return sets;
}

/**
 * Visits the devices that could take a brick at this position, beside those that the set uses already. A visit and
 * not a list: with thousands of devices the lists would be most of the work.
 */
function forEachFitting(
  nodes: readonly CandidateNode[],
  position: Position,
  used: readonly Candidate[],
  rules: SetRules,
  visit: (candidate: Candidate) => void,
): void {
  let extentKib = 0;
  let space: BrickSpace | null = null;
  for (const node of nodes) {
    if (isUsed(node, used, rules)) continue;
    for (const candidate of node.devices) {
      if (!mayHold(candidate, position.kind)) continue;
      if (!space || candidate.device.extentKib !== extentKib) {
        extentKib = candidate.device.extentKib;
        space = spaceOn(candidate, position, rules);
      }
      if (fits(candidate, space, rules.reserveSpareMetadata)) visit(candidate);
    }
  }
}

function isUsed(node: CandidateNode, used: readonly Candidate[], rules: SetRules): boolean {
  for (const other of used) {
    if (other.node === node || (rules.zoneChecking === 'strict' && other.node.zone === node.zone)) return true;
  }
  return false;
}

function chooseEmptiest(nodes: readonly CandidateNode[], rules: SetRules): Choose {
  return (position, used) => {
    let best: Candidate | null = null;
    let bestRank = Number.NEGATIVE_INFINITY;
    forEachFitting(nodes, position, used, rules, (candidate) => {
      const isFreshZone = !used.some((other) => other.node.zone === candidate.node.zone);
      // Devices for one kind of brick are of no use to the other, so those for both are spared.
      const isDedicated = position.kind !== 'any' && candidate.role !== 'supported';
      const rank = candidate.freeKib / candidate.device.totalKib + (isFreshZone ? 4 : 0) + (isDedicated ? 2 : 0);
      if (rank > bestRank) {
        best = candidate;
        bestRank = rank;
      }
    });
    return best;
  };
}

/** The device with the most room on the node (under strict zones: in the zone) with the most capacity left. */
function chooseByCapacity(nodes: readonly CandidateNode[], positions: readonly Position[], rules: SetRules): Choose {
  const [position] = positions;
  if (!position) return () => null;
  const capacityOf = (candidate: Candidate) =>
    countFitting(candidate, spaceOn(candidate, position, rules), rules.reserveSpareMetadata);
  const groupOf = (candidate: Candidate) => (rules.zoneChecking === 'strict' ? candidate.node.zone : candidate.node.id);
  return (at, used) => {
    const capacities = new Map<number | string, number>();
    for (const node of nodes) {
      for (const candidate of node.devices) {
        const group = groupOf(candidate);
        capacities.set(group, (capacities.get(group) ?? 0) + capacityOf(candidate));
      }
    }
    let best: Candidate | null = null;
    forEachFitting(nodes, at, used, rules, (candidate) => {
      if (!best || compare(candidate, best) > 0) best = candidate;
    });
    return best;

    function compare(a: Candidate, b: Candidate): number {
      const byGroup = (capacities.get(groupOf(a)) ?? 0) - (capacities.get(groupOf(b)) ?? 0);
      return byGroup || capacityOf(a) - capacityOf(b);
    }
  };
}

/** Depth first over all positions of all sets, most room first; null also when the step limit is reached. */
function search(
  nodes: readonly CandidateNode[],
  positions: readonly Position[],
  count: number,
  rules: SetRules,
): readonly (readonly Placed[])[] | null {
  let steps = 0;
  const sets: Placed[][] = [];
  const next = (set: number, i: number, placed: (Placed | undefined)[], used: Candidate[]): boolean => {
    if (i < 0) {
      sets[set] = placed.filter((p) => p !== undefined);
      if (set + 1 === count) return true;
      return next(
        set + 1,
        positions.length - 1,
        positions.map(() => undefined),
        [],
      );
    }
    const position = positions[i];
    if (!position) return false;
    const fitting: Candidate[] = [];
    forEachFitting(nodes, position, used, rules, (candidate) => fitting.push(candidate));
    fitting.sort((a, b) => b.freeKib - a.freeKib);
    for (const candidate of fitting) {
      if (++steps > SEARCH_STEPS) return false;
      const taken = take(candidate, position, rules);
      placed[i] = taken;
      if (next(set, i - 1, placed, [...used, candidate])) return true;
      giveBack(taken);
      placed[i] = undefined;
    }
    return false;
  };
  return next(
    0,
    positions.length - 1,
    positions.map(() => undefined),
    [],
  )
    ? sets
    : null;
}

function spaceOn(candidate: Candidate, position: Position, rules: SetRules): BrickSpace {
  return brickSpace(position.sizeKib, rules.snapshotFactor, candidate.device.extentKib);
}

function take(candidate: Candidate, position: Position, rules: SetRules): Placed {
  const space = spaceOn(candidate, position, rules);
  const largestMetadataBeforeKib = candidate.largestMetadataKib;
  candidate.freeKib -= space.totalKib;
  candidate.largestMetadataKib = Math.max(largestMetadataBeforeKib, space.poolMetadataKib);
  return { candidate, space, largestMetadataBeforeKib };
}

function giveBack({ candidate, space, largestMetadataBeforeKib }: Placed): void {
  candidate.freeKib += space.totalKib;
  candidate.largestMetadataKib = largestMetadataBeforeKib;
}
