import { startHosts } from '../../../crash/processes/support/hosts-process.js';
import { KubeconfigFile } from '../../../support/kubernetes-server/kubeconfig-file.js';
import { podsOnSimulatedHosts, simulatedHosts } from '../../../support/kubernetes-server/simulated-pods.js';
import { SimCluster } from '../../../support/simcluster.js';
import { rightsOf } from './role-rights.js';

const NODES = 3;
const DEVICES = 2;

/** Three storage nodes with two disks each, and how a server gets to them. */
export interface StorageNodes {
  /** As `heketi-cli topology load` reads it. */
  readonly topology: object;
  /** Of the server. */
  readonly env: Readonly<Record<string, string>>;
  /** Of the simulated hosts; '' where there are none. */
  readonly socket: string;
  readonly addresses: readonly string[];
  /** Names of gluster's volumes. */
  volumes(): Promise<readonly string[]>;
  down(): Promise<void>;
}

/** Simulated hosts in a process of their own. */
export async function simulatedNodes(folder: string): Promise<StorageNodes> {
  const hosts = await startHosts(folder, NODES, DEVICES);
  const addresses = [1, 2, 3].map((i) => `10.0.0.${i}`);
  return {
    topology: topologyOf(addresses.map((storage, i) => ({ manage: `h${i + 1}`, storage }))),
    env: {},
    socket: hosts.socket,
    addresses,
    volumes: async () => (await hosts.remote.state()).pools.flatMap((pool) => pool.volumes.map(({ name }) => name)),
    down: () => hosts.stop(),
  };
}

/** Gluster pods behind an API server that lets in what the role of the manifests allows, and no more. */
export async function glusterPods(): Promise<StorageNodes> {
  const cluster = await SimCluster.up({ nodes: NODES, devices: DEVICES });
  const api = await podsOnSimulatedHosts(simulatedHosts(cluster));
  const rights = rightsOf('kubernetes-executor');
  const token = api.access.issue({ user: 'heketi-service-account', rights, namespace: 'default' });
  const kubeconfig = new KubeconfigFile({ url: api.url, token });
  const addresses = cluster.hosts.map((_, i) => `192.0.2.${i + 1}`);
  return {
    topology: topologyOf(cluster.hosts.map((manage, i) => ({ manage, storage: addresses[i] ?? '' }))),
    env: { HEKETI_EXECUTOR: 'kubernetes', KUBECONFIG: kubeconfig.path },
    socket: '',
    addresses,
    volumes: async () => (await cluster.hostsState()).volumes.map(({ name }) => name),
    async down() {
      await api.down();
      kubeconfig.remove();
      await cluster.down();
    },
  };
}

function topologyOf(nodes: readonly { readonly manage: string; readonly storage: string }[]): object {
  return {
    clusters: [
      {
        nodes: nodes.map(({ manage, storage }) => ({
          node: { hostnames: { manage: [manage], storage: [storage] }, zone: 1 },
          devices: ['/dev/sdb', '/dev/sdc'],
        })),
      },
    ],
  };
}
