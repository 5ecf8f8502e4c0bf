import { LostAnswer, Refusal, Unreachable } from './failures.js';
import { pause } from './pause.js';
import type { ServerClock } from './server-clock.js';
import { type Credentials, signToken } from './token.js';
import { Turns } from './turns.js';

/** What keeps the page informed of the connection. */
export interface ConnectionWatch {
  answered(): void;
  lost(): void;
  /** The key is not, or no longer, the server's. */
  refused(text: string): void;
  /** Resolves once the server answers again. */
  whenBack(): Promise<void>;
}

export interface ChangeOptions {
  /** Told how far it is, in the server's words. */
  readonly onProgress?: ((text: string) => void) | undefined;
  /** So that it can be sent again when no answer came: the server does it once. */
  readonly idempotencyKey?: string | undefined;
}

export type Method = 'GET' | 'POST' | 'DELETE';

/** Between two questions at /queue, each of which waits up to 4 s itself. */
const POLL_MS = 100;
/** Browsers have six connections to a server; one listens to events, and others must remain for the page. */
const POLLS_AT_ONCE = 3;
const BUSY_SECONDS = 5;
const BUSY_TRIES = 6;
/** Of a proxy that has got no answer from its server, which may have done what it was asked. */
const NO_ANSWER = [502, 504];
/** Of a proxy that has no server now, or of a server that can't read its database now: the end of a change is none of these. */
const UNAVAILABLE = 503;

/**
 * Speaks the HTTP contract for the page. It is not the client of heketi-cli, which reads exact integers, follows redirects
 * and gives up as a command has to; a page waits for its server, and its fetch may see no redirect.
 */
export class ApiClient {
  readonly #base: string;
  readonly #credentials: Credentials | null;
  readonly #clock: ServerClock;
  readonly #watch: ConnectionWatch;
  readonly #polls = new Turns(POLLS_AT_ONCE);

  /** `base`: URL of the server's root, with a slash at its end. `credentials`: null where no token is asked for. */
  constructor(base: string, credentials: Credentials | null, clock: ServerClock, watch: ConnectionWatch) {
    this.#base = base;
    this.#credentials = credentials;
    this.#clock = clock;
    this.#watch = watch;
  }

  /** `path` without the query goes into the token. Throws Refusal and Unreachable. */
  async get<T>(path: string, signal?: AbortSignal): Promise<T> {
    const response = await this.fetch('GET', path, signal ? { signal } : {});
    return readJson<T>(response);
  }

  /** A question that is asked with a body, such as a plan. */
  async ask<T>(path: string, body: unknown, signal?: AbortSignal): Promise<T> {
    return readJson<T>(await this.fetch('POST', path, { body, ...(signal && { signal }) }));
  }

  /**
   * A change, followed to its end: resolves with the path of what it left, null when it left nothing. Throws Refusal with
   * the reason when it failed, Unreachable when it is not known whether the server took it, LostAnswer when it did and the
   * outcome is not known.
   */
  async change(method: Method, path: string, body?: unknown, options: ChangeOptions = {}): Promise<string | null> {
    const response = await this.#send(method, path, body, options);
    const location = response.headers.get('location');
    if (response.status === 202 && location !== null) return this.#follow(pathOf(location), options.onProgress);
    return null;
  }

  async #send(method: Method, path: string, body: unknown, { idempotencyKey }: ChangeOptions): Promise<Response> {
    const headers = idempotencyKey === undefined ? {} : { 'idempotency-key': idempotencyKey };
    for (let tries = 1; ; tries++) {
      try {
        return await this.fetch(method, path, { body, headers });
      } catch (error) {
        if (error instanceof Unreachable && idempotencyKey !== undefined) await this.#watch.whenBack();
        else if (error instanceof Refusal && error.status === 429 && tries < BUSY_TRIES)
          await pause(BUSY_SECONDS * 1000);
        else throw error;
      }
    }
  }

  async #follow(queue: string, onProgress: ChangeOptions['onProgress']): Promise<string | null> {
    let wasLost = false;
    for (;;) {
      let response: Response;
      try {
        response = await this.#polls.run(() => this.fetch('GET', queue, { headers: { 'x-redirect': 'none' } }));
      } catch (error) {
        // The answer is given once: it may have been on the connection that broke.
        if (wasLost && error instanceof Refusal && error.status === 404) throw new LostAnswer(error.message);
        if (error instanceof Refusal && error.status === UNAVAILABLE) this.#watch.lost();
        else if (!(error instanceof Unreachable)) throw error;
        wasLost = true;
        await this.#watch.whenBack();
        continue;
      }
      if (response.headers.get('x-pending') !== 'true') {
        const location = response.headers.get('location');
        return location === null ? null : pathOf(location);
      }
      const progress = response.headers.get('x-progress');
      if (progress !== null) onProgress?.(progress);
      await pause(POLL_MS);
    }
  }

  /** One request; an answer that is no refusal. */
  async fetch(
    method: Method,
    path: string,
    { body, headers = {}, signal }: { body?: unknown; headers?: Record<string, string>; signal?: AbortSignal } = {},
  ): Promise<Response> {
    const send = (): Promise<Response> => this.#exchange(method, path, body, headers, signal);
    let response = await send();
    // The browser's clock was set, or the machine slept: the refusal tells the time.
    if (response.status === 401 && /expired|before issued/.test(await response.clone().text())) response = await send();
    if (response.ok) return response;
    const text = await response.text().catch(() => '');
    const refusal = new Refusal(response.status, text.trim() || `status ${response.status}`);
    if (response.status === 401) this.#watch.refused(refusal.message);
    throw refusal;
  }

  async #exchange(
    method: Method,
    path: string,
    body: unknown,
    headers: Record<string, string>,
    signal: AbortSignal | undefined,
  ): Promise<Response> {
    const sent: Record<string, string> = { ...headers };
    if (this.#credentials) {
      const [bare = ''] = path.split('?', 1);
      sent['authorization'] =
        `bearer ${signToken(this.#credentials, method, decodeURIComponent(bare), this.#clock.now())}`;
    }
    let response: Response;
    try {
      response = await fetch(`${this.#base}${path.slice(1)}`, {
        method,
        headers: sent,
        cache: 'no-store',
        credentials: 'omit',
        redirect: 'error',
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        ...(signal && { signal }),
      });
    } catch (cause) {
      if (signal?.aborted) throw cause;
      this.#watch.lost();
      throw new Unreachable((cause as Error).message, { cause });
    }
    if (NO_ANSWER.includes(response.status)) {
      this.#watch.lost();
      throw new Unreachable(`a proxy has no answer of the server (status ${response.status})`);
    }
    this.#clock.heard(response.headers.get('date'));
    this.#watch.answered();
    return response;
  }
}

async function readJson<T>(response: Response): Promise<T> {
  try {
    return (await response.json()) as T;
  } catch (cause) {
    throw new Unreachable('the answer broke off', { cause });
  }
}

/** Locations may name the server as a proxy sees it. */
function pathOf(location: string): string {
  return new URL(location, 'http://server/').pathname;
}
