import type { BrickKind, Candidate, CandidateNode } from './candidates.js';
import { forEachFitting, isUsed, type Position, type SetRules } from './placing.js';

/** Picks the device for a brick among those that could take it and that the set does not use yet. */
export type Choose = (position: Position, used: readonly Candidate[]) => Candidate | null;

/** Levels: the emptiest device, of a zone that the set does not use yet if there is one. */
export function chooseEmptiest(nodes: readonly CandidateNode[], rules: SetRules): Choose {
  // Each node's emptiest device is found once; only a node that was taken from is looked at again.
  const emptiestByKind = new Map<BrickKind, (Candidate | null | undefined)[]>();
  return (position, used) => {
    const { kind } = position;
    let emptiest = emptiestByKind.get(kind);
    if (!emptiest) {
      emptiest = nodes.map((node) => emptiestOf(node, position, rules));
      emptiestByKind.set(kind, emptiest);
    }
    let best: Candidate | null = null;
    let bestRank = Number.NEGATIVE_INFINITY;
    let bestIndex = 0;
    for (let i = 0; i < nodes.length; i++) {
      const node = nodes[i];
      if (!node) continue;
      if (emptiest[i] === undefined) emptiest[i] = emptiestOf(node, position, rules);
      const candidate = emptiest[i];
      if (!candidate || isUsed(node, used, rules)) continue;
      const rank = rankOf(candidate, kind) + (isFreshZone(node, used) ? 4 : 0);
      if (rank <= bestRank) continue;
      best = candidate;
      bestRank = rank;
      bestIndex = i;
    }
    if (best) for (const known of emptiestByKind.values()) known[bestIndex] = undefined;
    return best;
  };
}

function emptiestOf(node: CandidateNode, position: Position, rules: SetRules): Candidate | null {
  let best: Candidate | null = null;
  let bestRank = Number.NEGATIVE_INFINITY;
  forEachFitting(node, position, rules, (candidate) => {
    const rank = rankOf(candidate, position.kind);
    if (rank <= bestRank) return;
    best = candidate;
    bestRank = rank;
  });
  return best;
}

/** The share that is free; devices for one kind of brick are of no use to the other, so those for both are spared. */
function rankOf({ role, freeKib, device }: Candidate, kind: BrickKind): number {
  const isDedicated = kind !== 'any' && role !== 'supported';
  return freeKib / device.totalKib + (isDedicated ? 2 : 0);
}

function isFreshZone(node: CandidateNode, used: readonly Candidate[]): boolean {
  for (const other of used) if (other.node.zone === node.zone) return false;
  return true;
}
