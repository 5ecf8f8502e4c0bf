import { Agent as HttpAgent, type IncomingMessage, request as requestHttp } from 'node:http';
import { Agent as HttpsAgent, request as requestHttps } from 'node:https';
import { startTimer } from '../timing/timers.js';
import type { Cluster, ConnectionOptions, Credentials } from './cluster.js';
import { KubernetesError } from './kubernetes-error.js';

/** Connections are not kept, since an idle one may be gone; their TLS sessions are, which saves most of the work. */
const PLAIN_AGENT = new HttpAgent({ keepAlive: false });
const TLS_AGENT = new HttpsAgent({ keepAlive: false });

export interface HttpRequest {
  readonly method: string;
  /** Path and query, percent-encoded. */
  readonly target: string;
  readonly body: string | null;
  /** Of `body`. */
  readonly contentType: string;
  /** Nobody waits for the answer any more. */
  readonly signal?: AbortSignal | undefined;
}

export interface Exchange {
  /** Its head has come; its body is not read. */
  readonly response: IncomingMessage;
  /** Ends the connection. */
  readonly destroy: () => void;
}

/**
 * Sends a request. Throws KubernetesError `unreachable` when it did not go over, and `lost` when no answer came, or not
 * within `answerMs`.
 */
export function sendRequest(
  cluster: Cluster,
  credentials: Credentials,
  { method, target, body, contentType, signal }: HttpRequest,
  answerMs: number,
): Promise<Exchange> {
  const isPlain = cluster.server.protocol === 'http:';
  const send = isPlain ? requestHttp : requestHttps;
  const request = send(urlOf(cluster, target), {
    method,
    signal,
    headers: {
      Accept: 'application/json',
      'User-Agent': 'heketi',
      ...credentials.headers,
      ...(body !== null && { 'Content-Type': contentType, 'Content-Length': Buffer.byteLength(body) }),
    },
    ...connectionTo(cluster, credentials),
  });
  let hasGone = credentials.connection.agent !== undefined; // what a proxy has passed on can't be known
  request.once('socket', (socket) => socket.once(isPlain ? 'connect' : 'secureConnect', () => (hasGone = true)));
  return new Promise((resolve, reject) => {
    const fail = (cause: Error) => {
      clearTimeout(timer);
      request.destroy();
      reject(unanswered(cluster, `${method} ${pathOf(target)}`, cause, hasGone));
    };
    const timer = startTimer(() => fail(new Error(`no answer within ${answerMs / 1000} s`)), answerMs);
    request.on('error', fail);
    request.once('response', (response) => {
      clearTimeout(timer);
      resolve({ response, destroy: () => void request.destroy() });
    });
    request.end(body ?? undefined);
  });
}

/** What a connection is opened with. */
export function connectionTo({ server }: Cluster, { connection }: Credentials): ConnectionOptions {
  return { agent: server.protocol === 'http:' ? PLAIN_AGENT : TLS_AGENT, ...connection };
}

/** `target` below the path of the server's address. */
export function urlOf({ server }: Cluster, target: string): URL {
  return new URL(`${server.origin}${server.pathname.replace(/\/$/, '')}${target}`);
}

function pathOf(target: string): string {
  return target.split('?')[0] ?? target;
}

export function unanswered(cluster: Cluster, what: string, cause: Error, hasGone: boolean): KubernetesError {
  const server = cluster.server.origin;
  const why = cause.message || (cause as { code?: string }).code || cause.name; // an AggregateError has no message
  const [failure, text] = hasGone
    ? (['lost', `the Kubernetes API server ${server} has not answered ${what}: ${why}`] as const)
    : (['unreachable', `the Kubernetes API server ${server} can't be reached: ${why}; ${adviceFor(cause)}`] as const);
  return new KubernetesError(failure, text, { status: null }, { cause });
}

function adviceFor(cause: Error & { code?: string }): string {
  switch (cause.code) {
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return 'its name is unknown here: is the address right, and does DNS work in this pod?';
    case 'ECONNREFUSED':
      return 'nothing listens there: is it being restarted, or is the address wrong?';
    case 'DEPTH_ZERO_SELF_SIGNED_CERT':
    case 'SELF_SIGNED_CERT_IN_CHAIN':
    case 'UNABLE_TO_VERIFY_LEAF_SIGNATURE':
    case 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY':
    case 'ERR_TLS_CERT_ALTNAME_INVALID':
      return 'its certificate is not of the authority (ca.crt, or that of the kubeconfig) that this server trusts';
    default:
      return 'is the network between this server and it up, and does no NetworkPolicy forbid it?';
  }
}
