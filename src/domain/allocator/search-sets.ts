import type { Candidate, CandidateNode, Candidates } from './candidates.js';
import { haveRoomFor } from './capacity.js';
import {
  forEachFitting,
  giveBack,
  isUsed,
  type Placed,
  type PlacedSets,
  type Position,
  type SetRules,
  take,
} from './placing.js';

/** How much looking is left; shared by all searches of one request, so that none holds the server up. */
export interface SearchBudget {
  /** Visits of a device. */
  visits: number;
}

/** Well under a second of looking. */
const SEARCH_VISITS = 2_000_000;

export function newSearchBudget(): SearchBudget {
  return { visits: SEARCH_VISITS };
}

/**
 * Tries the devices for every position of every set in turn, most room first, for sets whose bricks differ in size.
 * Null when there is no placement, and also when the budget ends before that is certain: then `visits` is 0.
 */
export function searchSets(
  candidates: Candidates,
  positions: readonly Position[],
  count: number,
  rules: SetRules,
  budget: SearchBudget,
): PlacedSets | null {
  if (!couldFit(candidates, positions, count, rules)) return null;
  const { nodes } = candidates;
  const sets: Placed[][] = [];
  const next = (set: number, i: number, placed: (Placed | undefined)[], used: Candidate[]): boolean => {
    if (i < 0) {
      sets[set] = placed.filter((p) => p !== undefined);
      return set + 1 === count || next(set + 1, positions.length - 1, [], []);
    }
    const position = positions[i];
    if (!position) return false;
    for (const candidate of worthTrying(nodes, position, used, rules, budget)) {
      if (budget.visits === 0) return false;
      const taken = take(candidate, position, rules);
      placed[i] = taken;
      if (next(set, i - 1, placed, [...used, candidate])) return true;
      giveBack(taken);
      placed[i] = undefined;
    }
    return false;
  };
  return next(0, positions.length - 1, [], []) ? sets : null;
}

/** Each kind of brick by itself; most requests that can't be met fail here already. */
function couldFit(candidates: Candidates, positions: readonly Position[], count: number, rules: SetRules): boolean {
  return positions.every((position) => {
    const perSet = positions.filter(({ kind }) => kind === position.kind).length;
    return haveRoomFor(candidates, position, perSet, count, rules);
  });
}

function worthTrying(
  nodes: readonly CandidateNode[],
  position: Position,
  used: readonly Candidate[],
  rules: SetRules,
  budget: SearchBudget,
): readonly Candidate[] {
  const fitting: Candidate[] = [];
  for (const node of nodes) {
    budget.visits = Math.max(0, budget.visits - node.devices.length);
    if (isUsed(node, used, rules)) continue;
    const first = fitting.length;
    forEachFitting(node, position, rules, (candidate) => {
      // Of devices that are alike, on one node, one is enough.
      for (let i = first; i < fitting.length; i++) if (areAlike(fitting[i], candidate)) return;
      fitting.push(candidate);
    });
  }
  return fitting.sort((a, b) => b.freeKib - a.freeKib);
}

function areAlike(a: Candidate | undefined, b: Candidate): boolean {
  return (
    a !== undefined &&
    a.freeKib === b.freeKib &&
    a.role === b.role &&
    a.largestMetadataKib === b.largestMetadataKib &&
    a.device.extentKib === b.device.extentKib
  );
}
