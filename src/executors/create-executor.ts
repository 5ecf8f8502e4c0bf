import { DomainError } from '../domain/errors.js';
import type { Executor } from './executor.js';
import type { KubernetesLog } from './kubernetes/kubernetes-options.js';
import { readHostsFile } from './mock/hosts-file.js';
import { MockExecutor } from './mock/mock-executor.js';
import { RemoteSimulatedHosts } from './mock/remote/remote-simulated-hosts.js';
import { SimulatedHosts, type SimulationMode } from './mock/simulated-hosts.js';
import { ShellExecutor } from './shell/shell-executor.js';
import type { ServerIdentity } from './shell/shell-options.js';
import { KnownHostsFiles } from './ssh/known-hosts.js';
import { type HostKeyPins, PinnedHostKeys } from './ssh/pinned-host-keys.js';
import { readPrivateKey } from './ssh/private-key.js';
import { SshChannels } from './ssh/ssh-channels.js';
import type { SshLog } from './ssh/ssh-options.js';

export interface SimulationSettings {
  readonly deviceSizeGib: number;
  readonly mode: SimulationMode;
  /** Describes the hosts; null: strict ones then do not exist, lenient ones appear on demand. */
  readonly topologyFile: string | null;
  /** Unix socket of a process that holds the hosts; null: they live in this one. */
  readonly socketPath: string | null;
}

export interface ChosenExecutor {
  readonly executor: Executor;
  /** The hosts inside this process, to be filled from the store's records; null when they live elsewhere. */
  readonly simulated: SimulatedHosts | null;
}

export interface SshSettings {
  readonly keyFile: string;
  readonly user: string;
  readonly port: number;
  readonly useSudo: boolean;
  /** known_hosts files; empty: a host's key is kept at the first connection and must stay the same. */
  readonly knownHosts: readonly string[];
  /** Batches at a time on one host. */
  readonly maxSessions: number;
}

/** What the SSH executor needs of the server around it. */
export interface SshSurroundings {
  readonly pins: HostKeyPins;
  readonly identity: ServerIdentity | null;
  readonly log: SshLog;
}

/** Throws DomainError `invalid` for a key or known_hosts file that can't be used. */
export function createSshExecutor(settings: SshSettings, { pins, identity, log }: SshSurroundings): ShellExecutor {
  const { keyFile, knownHosts, useSudo, ...options } = settings;
  const onPinned = (host: string, fingerprint: string) =>
    log.info({ host, fingerprint }, 'host key is pinned at the first connection');
  const hostKeys = knownHosts.length > 0 ? new KnownHostsFiles(knownHosts) : new PinnedHostKeys(pins, onPinned);
  const channels = new SshChannels({ ...options, key: readPrivateKey(keyFile), hostKeys, log });
  return new ShellExecutor(channels, { user: options.user, useSudo, identity, log });
}

export interface KubernetesSettings {
  /** Where the gluster pods live; null: the namespace of the credentials. */
  readonly namespace: string | null;
  /** A manage name is the name of a Kubernetes node. */
  readonly isDaemonset: boolean;
  /** A manage name is the name of a pod; wins over `isDaemonset`. */
  readonly usePodNames: boolean;
  readonly maxConnections: number | null;
  readonly maxPerPod: number;
  readonly kubeconfig: string | null;
}

/** What the Kubernetes executor needs of the server around it. */
export interface KubernetesSurroundings {
  readonly identity: ServerIdentity | null;
  readonly log: KubernetesLog;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** Throws DomainError `invalid` where no API server or no namespace is known. Its programs are loaded only here. */
export async function createKubernetesExecutor(
  settings: KubernetesSettings,
  { identity, log, env }: KubernetesSurroundings,
): Promise<ShellExecutor> {
  const { isDaemonset, usePodNames, maxConnections, maxPerPod, kubeconfig } = settings;
  const [{ findCluster }, { KubernetesApi }, { KubernetesChannels }] = await Promise.all([
    import('../kubernetes/find-cluster.js'),
    import('../kubernetes/kubernetes-api.js'),
    import('./kubernetes/kubernetes-channels.js'),
  ]);
  const cluster = await findCluster(kubeconfig, env);
  const namespace = settings.namespace ?? cluster.namespace;
  if (namespace === null) {
    throw new DomainError(
      'invalid',
      `the namespace of the gluster pods is not known, since ${cluster.source} names none: ` +
        'set glusterfs.kubeexec.namespace or HEKETI_KUBE_NAMESPACE',
    );
  }
  const namedBy = usePodNames ? 'pod' : isDaemonset ? 'node' : 'label';
  const api = new KubernetesApi(cluster);
  const channels = new KubernetesChannels({ api, namespace, namedBy, maxConnections, maxPerPod, log });
  return new ShellExecutor(channels, { user: 'root', useSudo: false, identity, log });
}

export function createMockExecutor(settings: SimulationSettings): ChosenExecutor {
  const { deviceSizeGib, mode, topologyFile, socketPath } = settings;
  if (socketPath !== null) return { executor: new RemoteSimulatedHosts(socketPath), simulated: null };
  const hosts = topologyFile === null ? [] : readHostsFile(topologyFile, deviceSizeGib);
  const simulated = new SimulatedHosts({ mode, deviceSizeGib, hosts });
  return { executor: new MockExecutor(simulated), simulated };
}
