import { type BrickSpace, brickSpace, fits, hasRoom } from './brick-space.js';
import { type BrickKind, type Candidate, type CandidateNode, type Candidates, mayHold } from './candidates.js';
import type { Leaders } from './cluster-standing.js';
import { type NodeStanding, type Preference, type Ranked, rankOf, type UsableDevice } from './node-standing.js';
import { forEachFitting, leastKib, type Position, type SetRules } from './placing.js';
import type { ArbiterRole } from './tags.js';

/** Picks the device for a brick among those that could take it and that the set does not use yet. */
export type Choose = (position: Position, used: readonly Candidate[]) => Candidate | null;

const NONE = Number.NEGATIVE_INFINITY;

/** More than any rank: a zone that the set does not use yet comes before everything else. */
const FRESH_ZONE = 4;

/**
 * Levels: the emptiest device, of a zone that the set does not use yet if there is one. `mayUse`: of which nodes, by their
 * places; of all when not given.
 */
export function chooseEmptiest(
  candidates: Candidates,
  rules: SetRules,
  mayUse: ((place: number) => boolean) | null = null,
): Choose {
  const { zones } = candidates.standing;
  const byKind = new Map<BrickKind, EmptiestOfNodes>();
  return (position, used) => {
    const emptiest = byKind.get(position.kind) ?? new EmptiestOfNodes(candidates, position, rules);
    byKind.set(position.kind, emptiest);
    let best = -1;
    let bestRank = NONE;
    for (let place = 0; place < zones.length; place++) {
      const ownRank = emptiest.rankAt(place);
      if (ownRank === NONE || ownRank + FRESH_ZONE <= bestRank) continue;
      const isFresh = !used.some(({ node }) => node.zone === zones[place]);
      if (!isFresh && (rules.zoneChecking === 'strict' || used.some(({ node }) => node === candidates.madeAt(place))))
        continue;
      const rank = isFresh ? ownRank + FRESH_ZONE : ownRank;
      if (rank <= bestRank || (mayUse && !mayUse(place))) continue;
      best = place;
      bestRank = rank;
    }
    if (best < 0) return null;
    const chosen = candidates.at(best).devices[emptiest.indexAt(best)] ?? null;
    for (const known of byKind.values()) known.isTakenFrom(best);
    return chosen;
  };
}

/** The emptiest device of each node that could take a brick of one kind. */
class EmptiestOfNodes {
  readonly #candidates: Candidates;
  readonly #position: Position;
  readonly #rules: SetRules;
  readonly #preference: Preference;
  readonly #leaders: Leaders;
  readonly #leastKib: number;
  /** Of nodes whose first device is not it, or that something was taken from; null: none. */
  readonly #own: (Ranked | null | undefined)[] = [];
  #extentKib = 0;
  #space: BrickSpace | null = null;

  constructor(candidates: Candidates, position: Position, rules: SetRules) {
    this.#candidates = candidates;
    this.#position = position;
    this.#rules = rules;
    this.#preference = position.kind === 'any' ? 'share' : 'dedicated';
    this.#leastKib = leastKib(position, rules);
    this.#leaders = candidates.standing.leaders(this.#preference);
  }

  rankAt(place: number): number {
    const own = this.#own[place];
    if (own === undefined && this.#isFirst(place)) return this.#leaders.rank[place] as number;
    return this.#ownAt(place)?.rank ?? NONE;
  }

  /** In the node's devices. */
  indexAt(place: number): number {
    const own = this.#own[place];
    if (own === undefined && this.#isFirst(place)) return this.#leaders.index[place] as number;
    return this.#ownAt(place)?.index ?? -1;
  }

  isTakenFrom(place: number): void {
    this.#own[place] = undefined;
  }

  /** Whether the device that stands first is the one. */
  #isFirst(place: number): boolean {
    const { role, freeKib, largestMetadataKib, extentKib } = this.#leaders;
    const { kind } = this.#position;
    if (this.#candidates.madeAt(place) || !mayHold(role[place] as ArbiterRole, kind)) return false;
    const space = this.#spaceFor(extentKib[place] as number);
    const { reserveSpareMetadata } = this.#rules;
    return hasRoom(freeKib[place] as number, largestMetadataKib[place] as number, space, reserveSpareMetadata);
  }

  #ownAt(place: number): Ranked | null {
    let own = this.#own[place];
    if (own === undefined) {
      const made = this.#candidates.madeAt(place);
      own = made ? this.#now(made) : this.#before(this.#candidates.standing.standings[place] as NodeStanding);
      this.#own[place] = own;
    }
    return own;
  }

  /** The first in the order that is kept: nothing is made for a device that is not taken. */
  #before(standing: NodeStanding): Ranked | null {
    if (standing.largestFreeKib <= this.#leastKib) return null;
    for (const ranked of standing.ranked(this.#preference)) {
      const { device, role } = standing.usable[ranked.index] as UsableDevice;
      if (!mayHold(role, this.#position.kind)) continue;
      if (fits(device, this.#spaceFor(device.extentKib), this.#rules.reserveSpareMetadata)) return ranked;
    }
    return null;
  }

  #now(node: CandidateNode): Ranked | null {
    let best: Ranked | null = null;
    forEachFitting(node, this.#position, this.#rules, ({ role, freeKib, device }, _space, index) => {
      const rank = rankOf(role, freeKib, device.totalKib, this.#preference);
      if (rank > (best?.rank ?? NONE)) best = { rank, index };
    });
    return best;
  }

  /** Nearly all devices have extents of one size. */
  #spaceFor(extentKib: number): BrickSpace {
    if (this.#space === null || this.#extentKib !== extentKib) {
      this.#extentKib = extentKib;
      this.#space = brickSpace(this.#position.sizeKib, this.#rules.snapshotFactor, extentKib);
    }
    return this.#space;
  }
}
