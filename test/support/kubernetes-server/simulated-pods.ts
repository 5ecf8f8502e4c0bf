import type { SimCluster } from '../simcluster.js';
import { KubernetesServer } from './kubernetes-server.js';
import { SimulatedHostRuntime } from './simulated-host-runtime.js';

/** An API server with a gluster pod on each machine of a simulated cluster; nodes have the machines' manage names. */
export async function podsOnSimulatedHosts(hosts: readonly SimulatedHost[]): Promise<KubernetesServer> {
  const folders = new Map(hosts.map(({ name, folder }) => [name, folder]));
  const makeRuntime = (nodeName: string) => new SimulatedHostRuntime(folders.get(nodeName) ?? '');
  const server = await KubernetesServer.up({ makeRuntime });
  for (const { name } of hosts) server.pods.add(name);
  return server;
}

export interface SimulatedHost {
  /** Its manage name. */
  readonly name: string;
  readonly folder: string;
}

export function simulatedHosts(cluster: SimCluster): readonly SimulatedHost[] {
  return cluster.hosts.map((name) => ({ name, folder: cluster.hostFolder(name) }));
}
