import type { Id } from '../../../../src/domain/ids.js';
import { type HttpAnswer, HttpClient } from './http-client.js';
import { type ServerOptions, type ServerProcess, startServer } from './server-process.js';

/** Whoever can be asked, on whatever server. */
export interface Asked {
  /** Null when no answer came: the request may have been carried out or not. */
  send(method: string, path: string, body?: object): Promise<HttpAnswer | null>;
  /** Its database goes away now and then, so that a poll may be refused with 503. */
  readonly databaseGoesAway?: boolean;
}

/** A server that is killed now and then, or ends itself; requests that meet no server wait for the next one. */
export class RestartingServer implements Asked {
  kills = 0;
  /** How often it has ended itself. */
  ends = 0;
  #isEnding = false;
  readonly #options: ServerOptions;
  readonly #beforeStart: (hasRefused: boolean) => Promise<void>;
  #running: Promise<ServerProcess>;

  /** `beforeStart` is told when the server has just refused to start: it is started again then, once. */
  constructor(options: ServerOptions, beforeStart: (hasRefused: boolean) => Promise<void> = async () => undefined) {
    this.#options = options;
    this.#beforeStart = beforeStart;
    this.#running = startServer(options).then((server) => this.#watched(server));
  }

  /** Against the server that runs now. */
  async client(): Promise<HttpClient> {
    return new HttpClient((await this.#running).base);
  }

  /** Null when the connection broke before the answer had come: the request may have been carried out or not. */
  async send(method: string, path: string, body?: object): Promise<HttpAnswer | null> {
    const client = await this.client();
    try {
      return await client.send(method, path, body);
    } catch {
      return null;
    }
  }

  /** SIGKILL, and a new server on the same files. */
  async killAndRestart(): Promise<void> {
    const server = await this.#running;
    this.kills++;
    this.#isEnding = true;
    this.#running = server.kill().then(() => this.#start());
    await this.#running;
  }

  /** SIGTERM, and a new server once the work on its files is done. */
  async whileStopped(work: () => Promise<void>): Promise<void> {
    await this.stop();
    await work();
    this.#running = this.#start();
    await this.#running;
  }

  async #start(): Promise<ServerProcess> {
    await this.#beforeStart(false);
    const server = await startServer(this.#options).catch(async () => {
      await this.#beforeStart(true);
      return startServer(this.#options);
    });
    this.#isEnding = false;
    return this.#watched(server);
  }

  async stop(): Promise<void> {
    const server = await this.#running;
    this.#isEnding = true;
    await server.stop();
  }

  #watched(server: ServerProcess): ServerProcess {
    void server.ended.then(() => {
      if (this.#isEnding) return;
      this.ends++;
      this.#running = this.#start();
    });
    return server;
  }
}

/** A request that was accepted, until its final answer. */
export class Accepted {
  readonly queueId: Id;
  readonly what: string;
  /** A poll got no answer: the final one may have been lost with it. */
  #mayBeLost = false;

  constructor(queueId: Id, what: string) {
    this.queueId = queueId;
    this.what = what;
  }

  /** Null while it is pending, or nobody can tell. Throws when the server knows nothing of it, though nobody can have read its answer. */
  async poll(server: Asked): Promise<FinalAnswer | null> {
    const answer = await server.send('GET', `/queue/${this.queueId}`);
    if (answer === null) {
      this.#mayBeLost = true;
      return null;
    }
    const { status, location, text } = answer;
    // A database that is away says nothing on the change.
    if (status === 200 || (status === 503 && server.databaseGoesAway)) return null;
    if (status === 303 || status === 204) return { kind: 'done', location: location ?? '' };
    if (status === 404 && this.#mayBeLost) return { kind: 'lost' };
    if (status !== 500 || text.includes('internal error'))
      throw new Error(`${this.what}, queue entry ${this.queueId}: ${status} ${text}`);
    return { kind: 'failed', text };
  }
}

export type FinalAnswer =
  | { readonly kind: 'done'; readonly location: string }
  | { readonly kind: 'failed'; readonly text: string }
  | { readonly kind: 'lost' };
