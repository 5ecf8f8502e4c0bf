import type { Secret, SecretCall, SecretRequests } from '../../src/backup/secrets.js';
import { refusalOf } from '../../src/kubernetes/api-refusal.js';
import type { Cluster } from '../../src/kubernetes/cluster.js';
import { KubernetesApi } from '../../src/kubernetes/kubernetes-api.js';
import type { KubernetesServer } from '../support/kubernetes-server/kubernetes-server.js';

const NAMESPACE = 'default';

/** What an API server refuses a request with. */
export interface Refusal {
  readonly status: number;
  readonly body: object | string;
}

/** The stand-in as a pod reaches it that has this token. */
export function clusterOf(server: KubernetesServer, token = server.token): Cluster {
  return {
    server: new URL(server.url),
    namespace: NAMESPACE,
    source: 'the service account of this pod',
    credentials: async () => ({ headers: { Authorization: `Bearer ${token}` }, connection: {} }),
  };
}

/** Requests to the stand-in, with others who come in between. */
export class WatchedSecrets implements SecretRequests {
  /** Called before each request; a refusal takes the place of the API server's answer. */
  before: (call: SecretCall) => Refusal | null = () => null;
  /** `GET NAME`, `POST NAME`. */
  readonly sent: string[] = [];
  readonly #server: KubernetesServer;
  #cluster: Cluster;

  constructor(server: KubernetesServer) {
    this.#server = server;
    this.#cluster = clusterOf(server);
  }

  /** From now on as an account that has only these rights, such as `create secrets`. */
  limitTo(rights: readonly string[]): void {
    const token = this.#server.access.issue({
      user: 'system:serviceaccount:default:heketi',
      rights,
      namespace: NAMESPACE,
    });
    this.#cluster = clusterOf(this.#server, token);
  }

  request(call: SecretCall): Promise<unknown> {
    const what = `${call.method} ${call.path[5] ?? call.body?.metadata.name}`;
    this.sent.push(what);
    const refusal = this.before(call);
    if (!refusal) return new KubernetesApi(this.#cluster).request(call);
    const body = typeof refusal.body === 'string' ? refusal.body : JSON.stringify(refusal.body);
    return Promise.reject(refusalOf(this.#cluster, what, { status: refusal.status, body }));
  }

  find(name: string): Secret | null {
    return this.#server.secrets.find(NAMESPACE, name) as Secret | null;
  }

  /** As another client writes it. */
  put(secret: Secret): void {
    const { name } = secret.metadata;
    this.#handle(this.find(name) ? 'PUT' : 'POST', name, secret);
  }

  delete(name: string): void {
    this.#handle('DELETE', name, null);
  }

  #handle(method: string, name: string, body: Secret | null): void {
    this.#server.secrets.handle({ method, namespace: NAMESPACE, name, body: Buffer.from(JSON.stringify(body)) });
  }
}

export function refusal(status: number, reason: string, message: string, details: object = {}): Refusal {
  return {
    status,
    body: { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message, reason, details, code: status },
  };
}
