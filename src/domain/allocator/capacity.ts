import { brickSpace, countFitting } from './brick-space.js';
import { type Candidate, type CandidateNode, type Candidates, mayHold } from './candidates.js';
import type { Choose } from './emptiest.js';
import { forEachFitting, isUsed, leastKib, type Position, type SetRules, spaceOn } from './placing.js';

/**
 * Whether `count` sets of `perSet` equal bricks can be placed: they can exactly if the sum of min(capacity, count)
 * over nodes (under strict zones: over zones) is at least count x perSet. Nothing more is looked at once that is certain.
 */
export function haveRoomFor(
  candidates: Candidates,
  position: Position,
  perSet: number,
  count: number,
  rules: SetRules,
): boolean {
  const { zones } = candidates.standing;
  const ofZones = new Map<number, number>();
  let room = 0;
  for (let place = 0; place < zones.length && room < count * perSet; place++) {
    const zone = zones[place] as number;
    const before = rules.zoneChecking === 'strict' ? (ofZones.get(zone) ?? 0) : 0;
    const capacity = before + capacityAt(candidates, place, position, rules, count - before);
    ofZones.set(zone, capacity);
    room += capacity - before;
  }
  return room >= count * perSet;
}

/** How many bricks a node could take, but no more than `most`. */
function capacityAt(candidates: Candidates, place: number, position: Position, rules: SetRules, most: number): number {
  const standing = candidates.standing.standings[place];
  if (!standing || standing.largestFreeKib <= leastKib(position, rules)) return 0;
  let capacity = 0;
  for (const [index, { device, role }] of standing.usable.entries()) {
    if (capacity >= most) break;
    if (!mayHold(role, position.kind)) continue;
    const space = brickSpace(position.sizeKib, rules.snapshotFactor, device.extentKib);
    const left = candidates.madeAt(place)?.devices[index] ?? device;
    capacity += countFitting(left, space, rules.reserveSpareMetadata);
  }
  return Math.min(capacity, most);
}

/**
 * The device with the most room on the node (under strict zones: in the zone) with the most capacity left. Finds a
 * placement of equal bricks whenever there is one.
 */
export function chooseByCapacity(nodes: readonly CandidateNode[], rules: SetRules): Choose {
  return (position, used) => {
    const left = capacities(nodes, position, rules);
    let best: Candidate | null = null;
    let bestOfGroup = 0;
    let bestOwn = 0;
    for (const node of nodes) {
      if (isUsed(node, used, rules)) continue;
      const ofGroup = left.get(groupOf(node, rules)) ?? 0;
      forEachFitting(node, position, rules, (candidate, space) => {
        const own = countFitting(candidate, space, rules.reserveSpareMetadata);
        if (best && (ofGroup < bestOfGroup || (ofGroup === bestOfGroup && own <= bestOwn))) return;
        best = candidate;
        bestOfGroup = ofGroup;
        bestOwn = own;
      });
    }
    return best;
  };
}

/** How many bricks of this size each node (under strict zones: each zone) could take. */
function capacities(
  nodes: readonly CandidateNode[],
  position: Position,
  rules: SetRules,
): ReadonlyMap<number | string, number> {
  const found = new Map<number | string, number>();
  for (const node of nodes) {
    let capacity = 0;
    for (const candidate of node.devices) {
      if (!mayHold(candidate.role, position.kind)) continue;
      capacity += countFitting(candidate, spaceOn(candidate, position, rules), rules.reserveSpareMetadata);
    }
    const group = groupOf(node, rules);
    found.set(group, (found.get(group) ?? 0) + capacity);
  }
  return found;
}

function groupOf(node: CandidateNode, rules: SetRules): number | string {
  return rules.zoneChecking === 'strict' ? node.zone : node.id;
}
