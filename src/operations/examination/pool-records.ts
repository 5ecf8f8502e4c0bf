import type { Cluster } from '../../domain/cluster.js';
import type { Node } from '../../domain/node.js';
import type { Volume } from '../../domain/volume.js';
import type { ReadTx } from '../../store/store.js';

/** What is shown beside the words of the hosts. */
export interface PoolRecords {
  readonly clusters: readonly Cluster[];
  readonly nodes: readonly Node[];
  readonly volumes: readonly Volume[];
}

export async function readPoolRecords(tx: ReadTx): Promise<PoolRecords> {
  return { clusters: await tx.clusters.list(), nodes: await tx.nodes.list(), volumes: await tx.volumes.list() };
}
