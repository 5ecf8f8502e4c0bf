import type { JsonValue } from '../json/json-value.js';
import { parseJson } from '../json/parse-json.js';
import { stringifyJson } from '../json/stringify-json.js';
import { ClientError, ConnectionError, ServerError } from './errors.js';
import type { SignToken } from './token.js';
import type { Transport, WireReply, WireRequest } from './transport.js';

export interface ClientSettings {
  readonly transport: Transport;
  readonly signToken: SignToken;
  /** Path in front of every route, without a trailing slash; usually empty. */
  readonly basePath: string;
  readonly user: string;
  readonly key: string;
  sleep(ms: number): Promise<void>;
  now(): number;
  /** A number in [0, 1), spreading the retries of many clients. */
  random(): number;
  /** How long a busy or absent server is waited for; as a person at a terminal would when not given. */
  readonly patience?: Patience;
  /** Told what the client is waiting for, and on what; null when it no longer waits. */
  onWait?(wait: Wait | null): void;
  /** Told of each change that the server has made. */
  onDone?(done: Done): void;
}

export interface Patience {
  /** How often a request that was refused for now (429) is sent again. */
  readonly busyRetries: number;
  /** For how long a request that found no connection is sent again, unless it may have been carried out. */
  readonly outageMs: number;
}

/** A change that was made: what it was, for people, and the path of the resource that it left, if any. */
export interface Done {
  readonly what: string;
  readonly path: string | null;
}

/** Why nothing is printed for the moment. */
export interface Wait {
  /** For people: `creating a volume of 100 GiB`. */
  readonly what: string;
  /** `asking`: the server has not answered yet; `busy`: it has refused for now; `queued`: it works in the background. */
  readonly stage: 'asking' | 'busy' | 'queued';
  /** Where the result will be, once the server has accepted the request. */
  readonly queueId: string | null;
  /** Why it takes longer, or how far it is. */
  readonly notice?: string;
}

/** How a request in the background ended: the resource it left, if any, with its path. */
export interface Outcome {
  readonly path: string;
  readonly json: JsonValue;
}

/** The statuses that a change ends with, and what is sent beside it. */
interface Submission {
  readonly expected: number;
  readonly doneAtOnce?: number;
  readonly headers?: WireRequest['headers'] | undefined;
}

/** What few requests have. */
type Extra = Partial<Pick<WireRequest, 'headers' | 'isStreamed'>>;

const POLL_MS = 400;
const BUSY_MIN_SECONDS = 10;
const BUSY_SPREAD_SECONDS = 20;
/** A server that starts again is back within seconds. */
const OF_A_PERSON: Patience = { busyRetries: 6, outageMs: 60_000 };
const MAX_REDIRECTS = 10;

/**
 * Speaks the HTTP contract: signs every request, waits out a busy server, and follows
 * asynchronous requests through /queue to their end. Errors carry the server's own text.
 */
export class HeketiClient {
  readonly #settings: ClientSettings;
  readonly #patience: Patience;
  #wait: Wait | null = null;
  /** A server that has answered once is there, and only away for a moment; before that its address may be wrong. */
  #hasAnswered = false;

  constructor(settings: ClientSettings) {
    this.#settings = settings;
    this.#patience = settings.patience ?? OF_A_PERSON;
  }

  async getJson(path: string): Promise<JsonValue> {
    return readJson(await this.#request('GET', path, undefined, [200]));
  }

  async getText(path: string): Promise<string> {
    return (await this.#request('GET', path, undefined, [200])).body.toString('utf8');
  }

  async getBytes(path: string, headers: WireRequest['headers'] = {}): Promise<Buffer> {
    return (await this.#request('GET', path, undefined, [200], { headers })).body;
  }

  /** The body of an answer that may be long, as it comes: no more is read than is asked for. */
  async openPieces(path: string): Promise<AsyncIterable<Buffer>> {
    const { pieces, body } = await this.#request('GET', path, undefined, [200], { isStreamed: true });
    return pieces ?? asOne(body);
  }

  /** A request that is answered at once; returns its JSON, null for an empty body. */
  async send(method: string, path: string, body: unknown, statuses: readonly number[]): Promise<JsonValue> {
    const reply = await this.#request(method, path, body, statuses);
    if (method !== 'GET') this.#settings.onDone?.({ what: `${method} ${path}`, path: null });
    return reply.body.length === 0 ? null : readJson(reply);
  }

  /**
   * A request that the server finishes in the background: follows it to its end and returns
   * the JSON of the resource it made or changed. `what` tells the user what is being waited for.
   */
  async submitForJson(
    method: string,
    path: string,
    body: unknown,
    what: string,
    headers?: WireRequest['headers'],
  ): Promise<JsonValue> {
    return readJson(await this.#submit(method, path, body, what, { expected: 200, headers }));
  }

  /** Like submitForJson, for requests that end without a resource. */
  async submit(method: string, path: string, body: unknown, what: string): Promise<void> {
    await this.#submit(method, path, body, what, { expected: 204 });
  }

  /** Like submit, where the server may also answer 200 at once because there is nothing to wait for. */
  async submitUnlessDone(method: string, path: string, body: unknown, what: string): Promise<void> {
    await this.#submit(method, path, body, what, { expected: 204, doneAtOnce: 200 });
  }

  /** Waits for the result of a request that was accepted earlier; `json` is null where no resource is left. */
  async follow(queueId: string, what: string): Promise<Outcome> {
    const { basePath } = this.#settings;
    try {
      this.#tell({ what, stage: 'queued', queueId });
      const { reply, path } = await this.#poll(`${basePath}${pathOf('queue', queueId)}`);
      if (reply.status === 204) return { path, json: null };
      if (reply.status !== 200) throw errorFrom(reply);
      return { path, json: readJson(reply) };
    } finally {
      this.#tell(null);
    }
  }

  #tell(wait: Wait | null): void {
    this.#wait = wait;
    this.#settings.onWait?.(wait);
  }

  async #request(
    method: string,
    path: string,
    body: unknown,
    statuses: readonly number[],
    extra?: Extra,
  ): Promise<WireReply> {
    const first = await this.#sendFirst(method, path, body, 'asking the server', extra);
    const { reply } = await this.#followRedirects(first, method, path);
    if (!statuses.includes(reply.status)) throw errorFrom(reply);
    return reply;
  }

  async #submit(
    method: string,
    path: string,
    body: unknown,
    what: string,
    { expected, doneAtOnce, headers }: Submission,
  ): Promise<WireReply> {
    try {
      this.#tell({ what, stage: 'asking', queueId: null });
      const first = await this.#sendFirst(method, path, body, what, headers && { headers });
      if (first.status === doneAtOnce) {
        this.#settings.onDone?.({ what, path: null });
        return first;
      }
      if (first.status !== 202) throw errorFrom(first);
      const queue = locationOf(first);
      if (queue === null) throw new ClientError('the server accepted the request but did not say where to follow it');
      this.#tell({ what, stage: 'queued', queueId: queue.replace(/^.*\//, '') });
      const { reply, path: result } = await this.#poll(queue);
      if (reply.status !== expected) throw errorFrom(reply);
      this.#settings.onDone?.({ what, path: result === queue ? null : result });
      return reply;
    } finally {
      this.#tell(null);
    }
  }

  async #poll(queue: string): Promise<{ reply: WireReply; path: string }> {
    for (;;) {
      let isAskedAgain = false;
      const reply = await this.#persist(
        () => this.#exchange('GET', queue, undefined),
        (error) => {
          isAskedAgain = true;
          return unknownOutcome(error);
        },
      );
      // The final answer is given once: it may have been on the connection that broke.
      if (isAskedAgain && reply.status === 404) throw new ConnectionError(LOST_RESULT, { cause: errorFrom(reply) });
      if (reply.headers['x-pending'] !== 'true') return this.#followRedirects(reply, 'GET', queue);
      if (reply.status !== 200) throw errorFrom(reply);
      const progress = reply.headers['x-progress'];
      if (this.#wait && typeof progress === 'string' && progress !== this.#wait.notice)
        this.#tell({ ...this.#wait, notice: progress });
      await this.#settings.sleep(POLL_MS);
    }
  }

  /**
   * Repeats `ask` while no connection to the server stands, for a time. `giveUpText` is asked at every failure
   * for what to say if it is the last; null: this one must not be repeated.
   */
  async #persist(
    ask: () => Promise<WireReply>,
    giveUpText: (error: ConnectionError) => string | null,
  ): Promise<WireReply> {
    const before = this.#wait;
    const { outageMs } = this.#patience;
    const startedAt = performance.now();
    for (let waitedMs = 0; ; waitedMs += POLL_MS) {
      try {
        const reply = await ask();
        if (waitedMs > 0) this.#tell(before);
        return reply;
      } catch (error) {
        const text = error instanceof ConnectionError ? giveUpText(error) : null;
        if (text === null) throw error;
        if (Math.max(waitedMs, performance.now() - startedAt) >= outageMs)
          throw new ConnectionError(text, { cause: error });
      }
      const notice = `no connection to the server, asking again for up to ${outageMs / 1000} s`;
      this.#tell({ ...(before ?? { what: 'asking the server', stage: 'busy', queueId: null }), notice });
      await this.#settings.sleep(POLL_MS);
    }
  }

  async #followRedirects(reply: WireReply, method: string, from: string): Promise<{ reply: WireReply; path: string }> {
    let current = reply;
    let path = from;
    for (let hops = 0; [301, 302, 303, 307, 308].includes(current.status); hops += 1) {
      const target = locationOf(current);
      if (target === null || hops === MAX_REDIRECTS) throw errorFrom(current);
      if (method !== 'GET' && current.status !== 303) throw errorFrom(current); // a change is not repeated elsewhere
      current = await this.#persist(() => this.#exchange('GET', target, undefined), unknownOutcome);
      path = target;
    }
    return { reply: current, path };
  }

  /** Sends a request, waiting and repeating while the server says that it is busy (429). */
  async #sendFirst(method: string, path: string, body: unknown, what: string, extra?: Extra): Promise<WireReply> {
    const { basePath, sleep, random } = this.#settings;
    const text = body === undefined ? undefined : stringifyJson(body);
    for (let retry = 0; ; retry += 1) {
      const reply = await this.#persist(
        () => this.#exchange(method, basePath + path, text, extra),
        ({ isRefused, message }) => (isRefused && this.#hasAnswered ? message : null),
      );
      if (reply.status !== 429 || retry === this.#patience.busyRetries) {
        if (retry > 0 && reply.status !== 202) this.#tell(null);
        return reply;
      }
      const seconds = busyDelaySeconds(reply.headers['retry-after'], random());
      this.#tell({ what, stage: 'busy', queueId: null, notice: `server busy, trying again in ${seconds} s` });
      await sleep(seconds * 1000);
      this.#tell({ what, stage: 'asking', queueId: null });
    }
  }

  async #exchange(
    method: string,
    path: string,
    body: string | undefined,
    { headers: more = {}, isStreamed = false }: Extra = {},
  ): Promise<WireReply> {
    const { transport, signToken, user, key, now } = this.#settings;
    const token = signToken(user, key, method, decodePath(path), now());
    const headers: Record<string, string> = { ...more, Authorization: `bearer ${token}` };
    if (body !== undefined) headers['Content-Type'] = 'application/json';
    const request: WireRequest = { method, path, headers, isStreamed, ...(body === undefined ? {} : { body }) };
    const reply = await transport.send(request);
    this.#hasAnswered = true;
    return reply;
  }
}

async function* asOne(body: Buffer): AsyncGenerator<Buffer> {
  yield body;
}

/** Joins fixed words and ids to a path; ids may hold anything a user typed. */
export function pathOf(...segments: readonly string[]): string {
  const wrong = segments.find((segment) => segment === '.' || segment === '..' || segment.includes('/'));
  if (wrong !== undefined) throw new ClientError(`${JSON.stringify(wrong)} is not an id: ids have 32 hex digits`);
  return `/${segments.map((segment) => encodeURIComponent(segment)).join('/')}`;
}

/** Integer `Retry-After` seconds plus 0 to 9, otherwise 10 to 29. */
function busyDelaySeconds(retryAfter: string | string[] | undefined, random: number): number {
  if (typeof retryAfter === 'string' && /^\d{1,6}$/.test(retryAfter.trim())) {
    return Number(retryAfter) + Math.floor(random * 10);
  }
  return BUSY_MIN_SECONDS + Math.floor(random * BUSY_SPREAD_SECONDS);
}

/** The path the server hashes: without the query, percent-decoded. */
function decodePath(path: string): string {
  const bare = path.replace(/[?#].*/s, '');
  try {
    return decodeURIComponent(bare);
  } catch {
    return bare;
  }
}

/** Path of the reply's Location; scheme and host are ignored, since a proxy may hide the server behind its own. */
function locationOf(reply: WireReply): string | null {
  const location = reply.headers['location'];
  if (typeof location !== 'string' || location === '') return null;
  if (location.startsWith('/') && !location.startsWith('//')) return location;
  try {
    const { pathname, search } = new URL(location, 'http://server/');
    return pathname + search;
  } catch {
    return null;
  }
}

function errorFrom(reply: WireReply): ServerError {
  const text = reply.body.toString('utf8').trim();
  const reason = reply.reason === '' ? '' : `: ${reply.reason}`;
  return new ServerError(
    reply.status,
    text === '' ? `server did not provide a message (status ${reply.status}${reason})` : text,
  );
}

const OUTCOME_UNKNOWN =
  'the request was accepted, but its outcome is unknown: look at the resource before repeating it';
const LOST_RESULT = `the result was lost with a connection that broke; ${OUTCOME_UNKNOWN}`;

function unknownOutcome(error: ConnectionError): string {
  return `${error.message}; ${OUTCOME_UNKNOWN}`;
}

function readJson(reply: WireReply): JsonValue {
  const text = reply.body.toString('utf8');
  try {
    return parseJson(text);
  } catch (error) {
    throw new ClientError(`the server's answer is not JSON (${(error as Error).message}): ${text.slice(0, 80)}`, {
      cause: error,
    });
  }
}
