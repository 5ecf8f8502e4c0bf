import type { Id } from '../../domain/ids.js';
import { manageName } from '../../domain/node.js';
import type { Hosts } from '../../executors/commands/host/hosts.js';
import type { Store } from '../../store/store.js';
import { steadyUnixMs } from '../../timing/clocks.js';
import { clusterDifferences } from './cluster-differences.js';
import type { Difference } from './difference.js';
import { hostDifferences } from './host-differences.js';
import { type PoolRecords, readPoolRecords, settledRecords } from './pool-records.js';
import { restoredOperations } from './restored-operations.js';
import { type SurveyedNode, surveyPool } from './survey-pool.js';
import { unclaimedVolumes } from './unclaimed-volumes.js';

/** The records and, taken at the same time, what the hosts say. */
export interface Examination {
  readonly records: PoolRecords;
  readonly nodes: readonly SurveyedNode[];
}

export async function examinePool(store: Store, hosts: Hosts): Promise<Examination> {
  const records = await store.read(readPoolRecords);
  return { records, nodes: await surveyPool(hosts, records) };
}

export interface PoolDifferences {
  readonly differences: readonly Difference[];
  /** Hosts, or parts of what they know, that could not be compared, and why. */
  readonly notCompared: readonly { readonly clusterId: Id; readonly host: string; readonly reason: string }[];
  /** Pending operations, whose objects are left out. */
  readonly pendingOperations: readonly Id[];
}

/**
 * Compares the settled records with the hosts. What changes meanwhile is left out: a difference counts only when it
 * is there twice in a row, and what pending operations are about is theirs to settle. Changes nothing.
 */
export async function findDifferences(store: Store, hosts: Hosts): Promise<PoolDifferences> {
  const first = await compareOnce(store, hosts);
  if (first.differences.length === 0) return first;
  const second = await compareOnce(store, hosts);
  const before = new Set(first.differences.map(keyOf));
  return { ...second, differences: second.differences.filter((difference) => before.has(keyOf(difference))) };
}

async function compareOnce(store: Store, hosts: Hosts): Promise<PoolDifferences> {
  const { records: before, nodes } = await examinePool(store, hosts);
  const records = settledRecords(before, await store.read(readPoolRecords));
  const unclaimed = await store.read((tx) => tx.volumes.listUnclaimed());
  const ofClusters = records.clusters.flatMap(({ id }) => clusterDifferences(id, nodes, records));
  const ofHosts = nodes.flatMap(({ node, survey }) => (survey ? hostDifferences(node, survey, records) : []));
  return {
    differences: [
      ...restoredOperations({ ...records.known, operations: records.operations }),
      ...ofClusters,
      ...ofHosts,
      ...unclaimedVolumes(unclaimed, steadyUnixMs()),
    ],
    notCompared: nodes.flatMap(({ node, survey, failure }) => {
      const reasons = survey ? survey.failures.map(({ part, reason }) => `${part}: ${reason}`) : [failure];
      return reasons.map((reason) => ({ clusterId: node.clusterId, host: manageName(node), reason }));
    }),
    pendingOperations: records.operations.map(({ id }) => id),
  };
}

function keyOf({ kind, clusterId, host, subject }: Difference): string {
  return [kind, clusterId, host, subject].join(' ');
}
