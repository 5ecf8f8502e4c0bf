import type { Candidate, Candidates } from './candidates.js';
import { chooseByCapacity, haveRoomFor } from './capacity.js';
import { type Choose, chooseEmptiest } from './emptiest.js';
import { giveBack, type Placed, type PlacedSets, type Position, type SetRules, take } from './placing.js';
import { type SearchBudget, searchSets } from './search-sets.js';

/**
 * Places `count` sets one after the other on the candidates, whose space it takes. Null, with nothing taken, when
 * they do not fit.
 *
 * The first way levels: each brick goes to the emptiest device of a zone that the set does not use yet, if there is
 * one. Where that ends without an answer, the second decides. For equal bricks it is exact: n sets of k bricks on
 * distinct nodes (or zones) exist exactly if the sum of min(capacity, n) over them is at least n x k, and taking
 * the k with the most capacity left finds them. Sets with arbiters have two sizes; for those a search tries the
 * devices in turn, until its budget ends.
 */
export function placeSets(
  candidates: Candidates,
  positions: readonly Position[],
  count: number,
  rules: SetRules,
  budget: SearchBudget,
): PlacedSets | null {
  const [first] = positions;
  const isUniform = positions.every(({ kind, sizeKib }) => kind === first?.kind && sizeKib === first.sizeKib);
  const levelled = greedily(positions, count, rules, chooseEmptiest(candidates, rules));
  if (levelled) return levelled;
  if (!isUniform) return searchSets(candidates, positions, count, rules, budget);
  if (!first || !haveRoomFor(candidates, first, positions.length, count, rules)) return null;
  return greedily(positions, count, rules, chooseByCapacity(candidates.nodes, rules));
}

function greedily(positions: readonly Position[], count: number, rules: SetRules, choose: Choose): PlacedSets | null {
  const sets: Placed[][] = [];
  for (let set = 0; set < count; set++) {
    const placed: Placed[] = [];
    const used: Candidate[] = [];
    // From the last position to the first: the arbiter, which fewer devices may take, comes first.
    for (let i = positions.length - 1; i >= 0; i--) {
      const position = positions[i];
      const candidate = position && choose(position, used);
      if (!position || !candidate) {
        for (const taken of [...sets.flat(), ...placed].reverse()) giveBack(taken);
        return null;
      }
      used.push(candidate);
      placed.push(take(candidate, position, rules));
    }
    sets.push(placed);
  }
  return sets.map((set) => set.reverse());
}
