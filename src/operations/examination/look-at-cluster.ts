import pLimit from 'p-limit';
import type { Id } from '../../domain/ids.js';
import { manageName, type Node } from '../../domain/node.js';
import { listBlockVolumes } from '../../executors/commands/gluster/gluster-block.js';
import type { Hosts } from '../../executors/commands/host/hosts.js';
import { readHostFacts } from '../../executors/commands/node/host-facts.js';
import { type PoolView, readPoolView } from '../../executors/commands/node/pool-view.js';
import { CommandError, TransportError } from '../../executors/executor.js';
import { within } from '../hosts/within.js';
import { type Candidate, reportInto } from './candidate.js';
import { leftOf, reportLeftovers, type SnapshotVolume, unknownSnapshotVolumes } from './clone-leftovers.js';
import { clusterDifferences, type ViewedCluster } from './cluster-differences.js';
import { hostDifferences } from './host-differences.js';
import type { KnownRecords } from './known-records.js';

const HOSTS_AT_A_TIME = 8;
/** One host that hangs must not keep the others' answers from whoever waits for them. */
const HOST_LIMIT_MS = 90_000;
/** For what any member of the pool can tell; each may take its time to give up. */
const MEMBERS_ASKED = 5;

export interface NotCompared {
  readonly clusterId: Id;
  readonly host: string;
  readonly reason: string;
}

/** What a cluster and its hosts differ in, as far as the records are known that were read before. */
export interface ClusterLook {
  readonly ofCluster: readonly Candidate[];
  /** In the order of the nodes. */
  readonly ofHosts: readonly Candidate[];
  readonly notCompared: readonly NotCompared[];
}

interface HostLook {
  readonly node: Node;
  readonly found: Candidate[];
  readonly snapshots: readonly SnapshotVolume[];
  readonly reasons: readonly string[];
  readonly isReached: boolean;
}

/**
 * Asks each host for what it alone knows, compares that at once and keeps the differences only; and one of them for what
 * all of them say of their pool. Changes nothing. A host that can't be asked is no failure of the whole. `onHost` is told
 * of each that is done.
 */
export async function lookAtCluster(
  hosts: Hosts,
  { clusterId, nodes }: { readonly clusterId: Id; readonly nodes: readonly Node[] },
  records: KnownRecords,
  onHost: () => void = () => undefined,
): Promise<ClusterLook> {
  const limit = pLimit(HOSTS_AT_A_TIME);
  const looks = await Promise.all(nodes.map((node) => limit(() => lookAtHost(hosts, node, records)).finally(onHost)));
  const notCompared = looks.flatMap(({ node, reasons }) =>
    reasons.map((reason) => ({ clusterId, host: manageName(node), reason })),
  );
  const reached = looks.filter(({ isReached }) => isReached);
  const members = reached.map(({ node }) => node);
  const view = await askMembers(hosts, clusterId, members, records, notCompared);
  for (const look of reached) await findLeftovers(hosts, look, view);
  return {
    ofCluster: await clusterDifferences(view, records),
    ofHosts: looks.flatMap(({ found }) => found),
    notCompared,
  };
}

async function lookAtHost(hosts: Hosts, node: Node, records: KnownRecords): Promise<HostLook> {
  const host = manageName(node);
  try {
    const facts = await within(HOST_LIMIT_MS, host, (signal) => readHostFacts(hosts, host, signal));
    return {
      node,
      found: [...(await hostDifferences(node, facts, records))],
      snapshots: unknownSnapshotVolumes(facts, records),
      reasons: facts.failures.map(({ part, reason }) => `${part}: ${reason}`),
      isReached: true,
    };
  } catch (error) {
    if (!isOfHost(error)) throw error;
    return { node, found: [], snapshots: [], reasons: [error.message], isReached: false };
  }
}

/** Each part by the first member that tells of it; why those before it did not is noted. */
async function askMembers(
  hosts: Hosts,
  clusterId: Id,
  members: readonly Node[],
  records: KnownRecords,
  notCompared: NotCompared[],
): Promise<ViewedCluster> {
  let volumes: ViewedCluster['volumes'] = null;
  let peers: ViewedCluster['peers'] = null;
  for (const node of members.slice(0, MEMBERS_ASKED)) {
    const view = await viewOf(hosts, node, clusterId, records.nodes, notCompared);
    volumes ??= view?.volumes ?? null;
    if (peers === null && view?.peers) peers = { asked: node, peers: view.peers };
    if (volumes && peers) break;
  }
  return { clusterId, volumes, peers, blockVolumes: await askForBlockVolumes(hosts, clusterId, members, records) };
}

async function viewOf(
  hosts: Hosts,
  node: Node,
  clusterId: Id,
  nodes: readonly Node[],
  notCompared: NotCompared[],
): Promise<PoolView | null> {
  const host = manageName(node);
  try {
    const view = await within(HOST_LIMIT_MS, host, (signal) => readPoolView(hosts, host, nodes, signal));
    for (const { part, reason } of view.failures) notCompared.push({ clusterId, host, reason: `${part}: ${reason}` });
    return view;
  } catch (error) {
    if (!isOfHost(error)) throw error;
    notCompared.push({ clusterId, host, reason: error.message });
    return null;
  }
}

async function askForBlockVolumes(
  hosts: Hosts,
  clusterId: Id,
  members: readonly Node[],
  records: KnownRecords,
): Promise<ReadonlyMap<string, readonly string[]>> {
  const found = new Map<string, readonly string[]>();
  const hosting = (records.volumesByCluster.get(clusterId) ?? []).filter(({ isBlockHosting }) => isBlockHosting);
  let able = members.slice(0, MEMBERS_ASKED);
  for (const { name } of hosting) {
    for (const node of able) {
      try {
        const host = manageName(node);
        found.set(name, await within(HOST_LIMIT_MS, host, () => listBlockVolumes(hosts, host, name)));
        break;
      } catch (error) {
        if (!isOfHost(error)) throw error;
        if (error instanceof TransportError) able = able.filter((other) => other !== node);
      }
    }
  }
  return found;
}

/** Another member may not have heard yet of a clone: of its own volumes a host's own gluster is believed. */
async function findLeftovers(hosts: Hosts, { node, found, snapshots }: HostLook, view: ViewedCluster): Promise<void> {
  if (view.volumes === null || (await leftOf(snapshots, view.volumes)).length === 0) return;
  const own = await viewOf(hosts, node, view.clusterId, [], []);
  if (own?.volumes) reportLeftovers(await leftOf(snapshots, own.volumes), reportInto(found, node.clusterId, node));
}

function isOfHost(error: unknown): error is CommandError | TransportError {
  return error instanceof CommandError || error instanceof TransportError;
}
