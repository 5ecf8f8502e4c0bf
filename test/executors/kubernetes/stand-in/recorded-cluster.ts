import { KubernetesServer } from '../../../support/kubernetes-server/kubernetes-server.js';

const RUNNING = { 'glusterfs-bgr92': '10.20.0.11', 'glusterfs-s2swt': '10.20.0.12', 'glusterfs-z4gsx': '10.20.0.13' };
const DEFAULT = 'default';

/** The cluster that the recordings show, and what its accounts may do. */
export class RecordedCluster {
  readonly server: KubernetesServer;
  readonly #tokens: ReadonlyMap<string, string>;

  private constructor(server: KubernetesServer, now: { ms: number }) {
    this.server = server;
    const account = (name: string, ...rights: readonly string[]) => ({
      user: `system:serviceaccount:other:exec-${name}`,
      rights,
      namespace: DEFAULT,
    });
    const issue = (name: string, ...rights: readonly string[]) => server.access.issue(account(name, ...rights));
    const expired = (secondsAgo: number) => {
      now.ms -= (secondsAgo + 60) * 1000;
      const token = server.access.issue(account('both', 'get pods/exec'), 60);
      now.ms += (secondsAgo + 60) * 1000;
      return token;
    };
    this.#tokens = new Map([
      ['cluster-admin client certificate', server.token],
      ['sa-none', issue('none')],
      ['sa-create', issue('create', 'create pods/exec')],
      ['sa-get', issue('get', 'get pods/exec')],
      ['sa-both', issue('both', 'get pods/exec', 'create pods/exec')],
      ['sa-both-legacy', issue('both', 'get pods/exec', 'create pods/exec')],
      ['expired 55', expired(55)],
      ['expired 181', expired(181)],
    ]);
  }

  static async up(): Promise<RecordedCluster> {
    const now = { ms: Date.now() };
    const server = await KubernetesServer.up({ now: () => now.ms });
    const { pods } = server;
    for (const [podName, address] of Object.entries(RUNNING)) pods.add(address, { podName });
    const other = (podName: string, ...containerNames: readonly string[]) =>
      pods.addUnscheduled(podName, { podName, namespace: 'other', containerNames });
    for (const name of ['p-unscheduled', 'p-creating', 'p-nopull', 'p-completed', 'p-failed', 'p-crashloop'])
      other(name, 'main');
    other('p-two', 'first', 'second');
    pods.keepWaiting('p-creating', { reason: 'ContainerCreating' });
    pods.keepWaiting('p-nopull', { reason: 'ErrImageNeverPull' });
    for (const name of ['p-completed', 'p-failed', 'p-crashloop', 'p-two']) pods.start(name);
    pods.finish('p-completed', 0);
    pods.finish('p-failed', 3);
    pods.stop('p-crashloop');
    pods.removeContainers('p-crashloop');
    return new RecordedCluster(server, now);
  }

  /** Whoever asked in the recording; strangers have no token. */
  token(auth: string): string {
    return this.#tokens.get(auth) ?? 'stranger';
  }
}
