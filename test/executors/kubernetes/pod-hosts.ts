import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe } from 'vitest';
import { KubernetesChannels } from '../../../src/executors/kubernetes/kubernetes-channels.js';
import type { KubernetesLimits } from '../../../src/executors/kubernetes/kubernetes-options.js';
import { ShellExecutor } from '../../../src/executors/shell/shell-executor.js';
import type { ServerIdentity } from '../../../src/executors/shell/shell-options.js';
import { KubernetesApi } from '../../../src/kubernetes/kubernetes-api.js';
import type { KubernetesServer } from '../../support/kubernetes-server/kubernetes-server.js';
import { podsOnSimulatedHosts, simulatedHosts } from '../../support/kubernetes-server/simulated-pods.js';
import { SimCluster, whyNoSimcluster } from '../../support/simcluster.js';
import type { HostsInReach } from '../crash/crash-servers.js';

const SILENT_LOG = { debug: () => undefined, info: () => undefined, warn: () => undefined };
const whyNot = whyNoSimcluster();

/** Tests over pods on simulated machines; skipped, and loudly, where there can be none. */
export function describeOverPods(
  name: string,
  options: Readonly<Record<string, string | number>>,
  tests: (hosts: PodHosts) => void,
): void {
  if (whyNot !== null) console.warn(`SKIPPED: ${name}: no simulated machines here: ${whyNot}`);
  describe.skipIf(whyNot !== null)(name, () => {
    const hosts = new PodHosts(options);
    beforeAll(() => hosts.up());
    afterAll(() => hosts.down());
    tests(hosts);
  });
}

/** A simulated cluster whose machines are the nodes of a Kubernetes cluster, and executors for it. */
export class PodHosts implements HostsInReach {
  readonly #options: Readonly<Record<string, string | number>>;
  readonly #executors: ShellExecutor[] = [];
  #cluster: SimCluster | null = null;
  #server: KubernetesServer | null = null;

  constructor(options: Readonly<Record<string, string | number>>) {
    this.#options = options;
  }

  get cluster(): SimCluster {
    if (!this.#cluster) throw new Error('the cluster is not up');
    return this.#cluster;
  }

  get server(): KubernetesServer {
    if (!this.#server) throw new Error('the API server is not up');
    return this.#server;
  }

  /** Another server, unless `identity` says otherwise. */
  executor(overrides: { readonly identity?: ServerIdentity; readonly limits?: Partial<KubernetesLimits> } = {}) {
    const { url, token } = this.server;
    const api = new KubernetesApi({
      server: new URL(url),
      namespace: 'default',
      source: 'a test',
      credentials: async () => ({ headers: { Authorization: `Bearer ${token}` }, connection: {} }),
    });
    const channels = new KubernetesChannels({
      api,
      namespace: 'default',
      namedBy: 'node',
      maxPerPod: 8,
      maxConnections: 64,
      log: SILENT_LOG,
      limits: { retryMs: 20, ...overrides.limits },
    });
    const identity = overrides.identity ?? { serverId: randomUUID().replaceAll('-', ''), generation: 1 };
    const executor = new ShellExecutor(channels, { user: 'root', useSudo: false, identity, log: SILENT_LOG });
    this.#executors.push(executor);
    return executor;
  }

  async up(): Promise<void> {
    this.#cluster = await SimCluster.up(this.#options);
    this.#server = await podsOnSimulatedHosts(simulatedHosts(this.#cluster));
  }

  async down(): Promise<void> {
    await Promise.all(this.#executors.map((executor) => executor.close()));
    await this.#server?.down();
    await this.#cluster?.down();
  }
}
