import { type Id, newId } from '../../src/domain/ids.js';
import { manageName } from '../../src/domain/node.js';
import type { Executor } from '../../src/executors/executor.js';
import { OnlookingExecutor } from '../../src/executors/onlooking-executor.js';
import { type FoundPool, findPool, type SoughtCluster } from '../../src/operations/adoption/found-pool.js';
import { type AdoptionPlan, planAdoption } from '../../src/operations/adoption/plan-adoption.js';
import { HOST_SETTINGS } from './host-settings.js';
import { OPERATION_SETTINGS } from './pool.js';

/** A topology of hosts h1..hN, each with these disks: what somebody has whose database is lost. */
export function soughtHosts(hosts: number, devices: readonly string[]): SoughtCluster {
  const clusterId = newId();
  const nodes = Array.from({ length: hosts }, (_, i) => ({
    node: {
      id: newId(),
      clusterId,
      zone: i + 1,
      state: 'online' as const,
      manageNames: [`h${i + 1}`],
      storageNames: [`10.0.0.${i + 1}`],
      tags: {},
    },
    devices: devices.map((name) => ({ name, tags: {} })),
  }));
  return { id: clusterId, allowsBlock: true, allowsFile: true, nodes };
}

/** Through an executor that lets nothing through but what only reads. */
export function look(executor: Executor, cluster: SoughtCluster): Promise<FoundPool> {
  return findPool(
    { executor: new OnlookingExecutor(executor, () => 'only looked at'), settings: HOST_SETTINGS },
    cluster,
  );
}

export async function planFor(executor: Executor, cluster: SoughtCluster): Promise<AdoptionPlan> {
  return planAdoption(cluster, await look(executor, cluster), OPERATION_SETTINGS);
}

/** Ids that no host knows, in a text, by the names of what has them. */
export function withoutNewIds(
  text: string,
  cluster: { readonly id: Id; readonly nodes: SoughtCluster['nodes'] },
): string {
  return cluster.nodes.reduce(
    (now, { node }) => now.replaceAll(node.id, manageName(node)),
    text.replaceAll(cluster.id, 'the cluster'),
  );
}
