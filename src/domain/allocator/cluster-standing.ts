import { NodeStanding, type Preference } from './node-standing.js';
import type { ArbiterRole, TagRule } from './tags.js';
import type { ClusterSnapshot, NodeSnapshot } from './types.js';

/**
 * The device of each node that stands first, with what it takes to compare them: a list for each, since a placement goes
 * through all nodes, and hardly ever has to look behind the first device of one.
 */
export interface Leaders {
  /** Minus infinity: the node has no device with any space. */
  readonly rank: readonly number[];
  /** In the node's usable devices. */
  readonly index: readonly number[];
  readonly role: readonly ArbiterRole[];
  readonly freeKib: readonly number[];
  readonly largestMetadataKib: readonly number[];
  readonly extentKib: readonly number[];
}

/**
 * What the devices of a cluster are to placements under one tag rule. It is worked out from the one before, for the nodes
 * that are other objects since.
 */
export class ClusterStanding {
  readonly nodes: readonly NodeSnapshot[];
  /** In the order of the nodes. */
  readonly standings: readonly NodeStanding[];
  readonly zones: readonly number[];
  readonly onlineDevices: number;
  readonly #leaders: Record<Preference, Leaders | null>;

  constructor(nodes: readonly NodeSnapshot[], tagRule: TagRule | null, last: ClusterStanding | null) {
    this.nodes = nodes;
    const before = last?.nodes.length === nodes.length ? last : null;
    const changed = [...nodes.keys()].filter((i) => before?.nodes[i] !== nodes[i]);
    const standings = before ? [...before.standings] : new Array<NodeStanding>(nodes.length);
    const zones = before ? [...before.zones] : new Array<number>(nodes.length);
    let onlineDevices = before?.onlineDevices ?? 0;
    for (const i of changed) {
      const node = nodes[i] as NodeSnapshot;
      const standing = new NodeStanding(node, tagRule);
      zones[i] = node.zone;
      onlineDevices += standing.onlineDevices - (before?.standings[i]?.onlineDevices ?? 0);
      standings[i] = standing;
    }
    this.standings = standings;
    this.zones = zones;
    this.onlineDevices = onlineDevices;
    const updated = (preference: Preference) => {
      const known = before ? before.#leaders[preference] : null;
      return known ? leadersOf(standings, preference, { known, changed }) : null;
    };
    this.#leaders = { share: updated('share'), dedicated: updated('dedicated') };
  }

  leaders(preference: Preference): Leaders {
    const leaders = this.#leaders[preference] ?? leadersOf(this.standings, preference, null);
    this.#leaders[preference] = leaders;
    return leaders;
  }
}

function leadersOf(
  standings: readonly NodeStanding[],
  preference: Preference,
  before: { readonly known: Leaders; readonly changed: readonly number[] } | null,
): Leaders {
  const known = before?.known;
  const leaders = {
    rank: [...(known?.rank ?? [])],
    index: [...(known?.index ?? [])],
    role: [...(known?.role ?? [])],
    freeKib: [...(known?.freeKib ?? [])],
    largestMetadataKib: [...(known?.largestMetadataKib ?? [])],
    extentKib: [...(known?.extentKib ?? [])],
  };
  for (const i of before?.changed ?? standings.keys()) {
    const standing = standings[i];
    const first = standing?.ranked(preference)[0];
    const usable = first && standing?.usable[first.index];
    leaders.rank[i] = first?.rank ?? Number.NEGATIVE_INFINITY;
    leaders.index[i] = first?.index ?? 0;
    leaders.role[i] = usable?.role ?? 'supported';
    leaders.freeKib[i] = usable?.device.freeKib ?? 0;
    leaders.largestMetadataKib[i] = usable?.device.largestMetadataKib ?? 0;
    leaders.extentKib[i] = usable?.device.extentKib ?? 0;
  }
  return leaders;
}

/** Standings that are kept: of so many clusters and rules together. */
const MOST_STANDINGS = 32;

const lastStandings = new Map<string, ClusterStanding>();

export function standingOf({ clusterId, nodes }: ClusterSnapshot, tagRule: TagRule | null): ClusterStanding {
  const key = JSON.stringify([clusterId, tagRule]);
  const last = lastStandings.get(key) ?? null;
  if (last?.nodes === nodes) return last;
  const standing = new ClusterStanding(nodes, tagRule, last);
  lastStandings.delete(key);
  lastStandings.set(key, standing);
  const [oldest] = lastStandings.keys();
  if (lastStandings.size > MOST_STANDINGS && oldest !== undefined) lastStandings.delete(oldest);
  return standing;
}
