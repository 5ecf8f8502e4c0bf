import type { IncomingMessage } from 'node:http';
import { startTimer } from '../timing/timers.js';
import { refusalOf } from './api-refusal.js';
import type { Cluster } from './cluster.js';
import { type Exchange, type HttpRequest, sendRequest, unanswered } from './http-exchange.js';
import { JsonLines } from './json-lines.js';
import { KubernetesError } from './kubernetes-error.js';

export interface ApiRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Each part is encoded, as in `['api', 'v1', 'namespaces', namespace, 'pods']`. */
  readonly path: readonly string[];
  readonly query?: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** Of `body`: JSON unless it says otherwise (the kinds of PATCH). */
  readonly contentType?: string;
  /** For all of it; 30 s when nothing is said. */
  readonly deadlineMs?: number;
  /** Nobody waits for the answer any more: it is lost then. */
  readonly signal?: AbortSignal;
}

export interface WatchOptions {
  /** The server ends the watch after this time, and it is given up a little later. */
  readonly limitSeconds: number;
  readonly signal: AbortSignal;
  /** The watch is accepted. */
  readonly onOpen: () => void;
  /** Each event, as it came: an object with `type` and `object`. A KubernetesError that it throws ends the watch. */
  readonly onEvent: (event: unknown) => void;
}

const DEADLINE_MS = 30_000;
const WATCH_GRACE_MS = 15_000;
const ANSWER_BYTES = 64 * 1024 * 1024;
const REFUSAL_BYTES = 64 * 1024;

/** Requests to a Kubernetes API server, each on a connection and under a deadline of its own. Nothing limits their rate. */
export class KubernetesApi {
  readonly cluster: Cluster;

  constructor(cluster: Cluster) {
    this.cluster = cluster;
  }

  /** The parsed answer. Throws KubernetesError for everything else. */
  async request({ deadlineMs = DEADLINE_MS, ...request }: ApiRequest): Promise<unknown> {
    const endsAt = performance.now() + deadlineMs;
    const { response, destroy } = await this.#accepted(request, deadlineMs);
    const leftMs = Math.max(0, endsAt - performance.now());
    const body = await this.#read(nameOf(request), { response, destroy }, leftMs, ANSWER_BYTES);
    try {
      return JSON.parse(body) as unknown;
    } catch (cause) {
      throw this.#lost(nameOf(request), new Error('its answer is no JSON', { cause }));
    }
  }

  /**
   * Follows a watch until the server ends it, as it does after `limitSeconds`, or `signal` does. Throws KubernetesError
   * when it is refused, breaks off or falls silent.
   */
  async watch(request: Omit<ApiRequest, 'method' | 'deadlineMs' | 'signal'>, options: WatchOptions): Promise<void> {
    try {
      await this.#follow(request, options);
    } catch (error) {
      if (!options.signal.aborted) throw error;
    }
  }

  async #follow(request: Omit<ApiRequest, 'method'>, options: WatchOptions): Promise<void> {
    const { limitSeconds, signal, onOpen, onEvent } = options;
    const query = { ...request.query, watch: 'true', timeoutSeconds: String(limitSeconds) };
    const asked = { ...request, method: 'GET', query, signal } as const;
    const { response, destroy } = await this.#accepted(asked, DEADLINE_MS);
    const lines = new JsonLines();
    const timer = startTimer(destroy, limitSeconds * 1000 + WATCH_GRACE_MS).unref();
    try {
      onOpen();
      for await (const chunk of response) for (const event of lines.push(chunk as Buffer)) onEvent(event);
    } catch (cause) {
      if (cause instanceof KubernetesError) throw cause;
      throw this.#lost(nameOf(asked), cause as Error);
    } finally {
      clearTimeout(timer);
      destroy();
    }
  }

  /** Credentials that are not accepted are read once more: they may just have been replaced. */
  async #accepted(request: ApiRequest, answerMs: number): Promise<Exchange> {
    for (let areRefused = false; ; areRefused = true) {
      const credentials = await this.cluster.credentials(areRefused);
      const exchange = await sendRequest(this.cluster, credentials, toHttp(request), answerMs);
      const status = exchange.response.statusCode ?? 0;
      if (status >= 200 && status < 300) return exchange;
      const body = await this.#read(nameOf(request), exchange, answerMs, REFUSAL_BYTES);
      if (status !== 401 || areRefused) throw refusalOf(this.cluster, nameOf(request), { status, body });
    }
  }

  async #read(what: string, { response, destroy }: Exchange, limitMs: number, limitBytes: number): Promise<string> {
    let why: string | null = null;
    const giveUp = (reason: string) => {
      why ??= reason;
      destroy();
    };
    const timer = startTimer(() => giveUp('its answer was not complete in time'), limitMs);
    try {
      return await readText(response, limitBytes, () => giveUp(`its answer is longer than ${limitBytes} bytes`));
    } catch (cause) {
      throw this.#lost(what, why === null ? (cause as Error) : new Error(why));
    } finally {
      clearTimeout(timer);
      destroy();
    }
  }

  #lost(what: string, cause: Error): KubernetesError {
    return unanswered(this.cluster, what, cause, true);
  }
}

async function readText(response: IncomingMessage, limitBytes: number, onTooLong: () => void): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of response) {
    length += (chunk as Buffer).length;
    if (length > limitBytes) onTooLong();
    else chunks.push(chunk as Buffer);
  }
  if (!response.complete) throw new Error('its answer breaks off');
  return Buffer.concat(chunks).toString('utf8');
}

function toHttp({ method, path, query = {}, body, contentType = 'application/json', signal }: ApiRequest): HttpRequest {
  const parameters = Object.entries(query).map((pair) => pair.map(encodeURIComponent).join('='));
  const target = `/${path.map(encodeURIComponent).join('/')}${parameters.length > 0 ? `?${parameters.join('&')}` : ''}`;
  return { method, target, body: body === undefined ? null : JSON.stringify(body), contentType, signal };
}

function nameOf({ method, path }: ApiRequest): string {
  return `${method} /${path.join('/')}`;
}
