import pLimit from 'p-limit';
import type { Id } from '../../domain/ids.js';
import type { Node } from '../../domain/node.js';
import type { Hosts } from '../../executors/commands/host/hosts.js';
import type { StoreReader } from '../../store/store.js';
import { steadyUnixMs } from '../../timing/clocks.js';
import { type Candidate, isStill } from './candidate.js';
import type { Difference } from './difference.js';
import { KnownRecords } from './known-records.js';
import { type ClusterLook, lookAtCluster, type NotCompared } from './look-at-cluster.js';
import { restoredOperations } from './restored-operations.js';
import { unclaimedVolumes } from './unclaimed-volumes.js';

/** One cluster's pool, as a member tells of it, is in memory for each. */
const CLUSTERS_AT_A_TIME = 2;

export interface PoolDifferences {
  readonly differences: readonly Difference[];
  /** Hosts, or parts of what they know, that could not be compared, and why. */
  readonly notCompared: readonly NotCompared[];
  /** Pending operations, whose objects are left out. */
  readonly pendingOperations: readonly Id[];
}

/** How far a comparison has come. */
export interface Progress {
  /** 2: what was found is looked at again. */
  readonly round: 1 | 2;
  readonly hosts: number;
  readonly hostsDone: number;
}

/**
 * Compares the settled records with the hosts. What changes meanwhile is left out: a difference counts only when it
 * is there twice in a row, and what pending operations are about is theirs to settle. Changes nothing.
 */
export async function findDifferences(
  store: StoreReader,
  hosts: Hosts,
  onProgress: (progress: Progress) => void = () => undefined,
): Promise<PoolDifferences> {
  const first = await compareOnce(store, hosts, 1, onProgress);
  if (first.differences.length === 0) return first;
  const second = await compareOnce(store, hosts, 2, onProgress);
  const before = new Set(first.differences.map(keyOf));
  return {
    ...second,
    differences: second.differences.filter((difference) => before.has(keyOf(difference))),
    notCompared: inEither(first, second),
  };
}

/** What could not be compared once is not seen twice in a row, and is not known to be as it should. */
function inEither(first: PoolDifferences, second: PoolDifferences): readonly NotCompared[] {
  const told = new Set(second.notCompared.map(({ clusterId, host }) => `${clusterId} ${host}`));
  const onlyBefore = first.notCompared.filter(({ clusterId, host }) => !told.has(`${clusterId} ${host}`));
  return [...second.notCompared, ...onlyBefore];
}

async function compareOnce(
  store: StoreReader,
  hosts: Hosts,
  round: Progress['round'],
  onProgress: (progress: Progress) => void,
): Promise<PoolDifferences> {
  const records = await KnownRecords.read(store);
  const clusters = byCluster(records);
  let hostsDone = 0;
  const tell = () => onProgress({ round, hosts: records.nodes.length, hostsDone });
  tell();
  const onHost = () => {
    hostsDone++;
    tell();
  };
  const limit = pLimit(CLUSTERS_AT_A_TIME);
  const looks: readonly ClusterLook[] = await Promise.all(
    clusters.map((cluster) => limit(() => lookAtCluster(hosts, cluster, records, onHost))),
  );
  const found = [...looks.flatMap(({ ofCluster }) => ofCluster), ...looks.flatMap(({ ofHosts }) => ofHosts)];
  const lasting = await withoutChanges(store, found);
  const [operations, unclaimed] = await store.read(async (tx) => [
    await tx.operations.list(),
    await tx.volumes.listUnclaimed(),
  ]);
  return {
    differences: [
      ...restoredOperations(operations, records),
      ...lasting,
      ...unclaimedVolumes(unclaimed, steadyUnixMs()),
    ],
    notCompared: looks.flatMap(({ notCompared }) => notCompared),
    pendingOperations: operations.map(({ id }) => id),
  };
}

/** What was changed while the hosts were looked at is no difference; where there is none, nothing has to be read again. */
async function withoutChanges(store: StoreReader, found: readonly Candidate[]): Promise<readonly Difference[]> {
  if (found.length === 0) return [];
  const after = await KnownRecords.read(store);
  return found.filter((candidate) => isStill(candidate, after)).map(({ difference }) => difference);
}

function byCluster({ clusters, nodes }: KnownRecords): readonly { readonly clusterId: Id; readonly nodes: Node[] }[] {
  const members = new Map<Id, Node[]>(clusters.map(({ id }) => [id, []]));
  for (const node of nodes) {
    const known = members.get(node.clusterId);
    if (known) known.push(node);
    else members.set(node.clusterId, [node]);
  }
  return [...members].map(([clusterId, ofCluster]) => ({ clusterId, nodes: ofCluster }));
}

function keyOf({ kind, clusterId, host, subject }: Difference): string {
  return [kind, clusterId, host, subject].join(' ');
}
