import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { CommitCutter } from '../../../support/commit-cutter.js';
import type { PostgresServer } from '../../../support/postgres-server.js';
import { type HttpAnswer, HttpClient } from './http-client.js';
import type { Asked } from './restarting-server.js';
import { type ServerProcess, startServer } from './server-process.js';
import { type WatchedSocket, watchSocket } from './watched-socket.js';

const GIVES_UP_AFTER_MS = 60_000;
const PAUSE_MS = 100;
/** One that stands still never does. */
const WORKER_ANSWERS_WITHIN_MS = 3_000;

/** One of several servers: the process, and its ways to the database and to the hosts, which can be cut. */
export class Member {
  readonly cutter: CommitCutter;
  readonly hosts: WatchedSocket;
  /** Lives of the process so far. */
  lives = 0;
  readonly #start: () => Promise<ServerProcess>;
  #running: ServerProcess | null = null;
  #isOver = false;
  #living: Promise<void> = Promise.resolve();

  constructor(cutter: CommitCutter, hosts: WatchedSocket, start: () => Promise<ServerProcess>) {
    this.cutter = cutter;
    this.hosts = hosts;
    this.#start = start;
  }

  /** Started again whenever it has ended, as by an orchestrator; one that refuses to start as well. Resolves when it listens. */
  live(): Promise<void> {
    return new Promise((listening) => {
      this.#living = this.#live(listening);
    });
  }

  async #live(listening: () => void): Promise<void> {
    while (!this.#isOver) {
      this.#running = await this.#start().catch(() => null);
      if (!this.#running) await pause();
      else {
        this.lives += 1;
        listening();
        if (this.#isOver) await this.#running.stop();
        await this.#running.ended;
      }
    }
  }

  get base(): string | null {
    return this.#running?.base ?? null;
  }

  async kill(): Promise<void> {
    await this.#running?.kill();
  }

  signal(signal: 'SIGSTOP' | 'SIGCONT'): void {
    this.#running?.signal(signal);
  }

  /** SIGTERM, and no further life. */
  async end(): Promise<void> {
    this.#isOver = true;
    await this.#running?.stop();
    await this.#living;
    this.hosts.close();
  }
}

/** Several servers on one PostgreSQL and the same hosts. Clients ask one after the other. */
export class ServerGroup implements Asked {
  readonly members: readonly Member[];
  readonly databaseGoesAway = true;
  /** Requests of which no answer came. */
  unanswered = 0;
  #next = 0;

  private constructor(members: readonly Member[]) {
    this.members = members;
  }

  static async start(count: number, folder: string, socket: string, postgres: PostgresServer, database: string) {
    const members: Member[] = [];
    for (let i = 1; i <= count; i++) {
      const own = join(folder, `server${i}`);
      mkdirSync(own);
      const cutter = await CommitCutter.before(postgres);
      const hosts = await watchSocket(socket, join(own, 'hosts.sock'));
      const env = { MORTAR_DATABASE_URL: `postgres://mortar@127.0.0.1:${cutter.port}/${database}` };
      members.push(new Member(cutter, hosts, () => startServer({ folder: own, socket: hosts.path, env })));
    }
    for (const member of members) await member.live();
    return new ServerGroup(members);
  }

  /**
   * Null when no answer came. What a client can ask again without danger it does ask again, at the next server: volumes
   * are created with an Idempotency-Key.
   */
  async send(method: string, path: string, body?: object): Promise<HttpAnswer | null> {
    const isRepeatable = method === 'POST' && path === '/volumes';
    const headers = isRepeatable && body && 'name' in body ? { 'Idempotency-Key': String(body.name) } : {};
    for (;;) {
      const answer = await this.#sendOnce(method, path, body, headers);
      if (answer !== null || !isRepeatable) return answer;
      await pause();
    }
  }

  async #sendOnce(method: string, path: string, body: object | undefined, headers: Record<string, string>) {
    const base = this.members[this.#next++ % this.members.length]?.base;
    try {
      const signal = AbortSignal.timeout(GIVES_UP_AFTER_MS);
      return await new HttpClient(base ?? '').send(method, path, body, { headers, signal });
    } catch {
      this.unanswered += 1;
      await pause();
      return null;
    }
  }

  /** Which of them works on hosts: only that one has the figures of use. */
  async worker(): Promise<Member | null> {
    for (const member of this.members) {
      const answer = await fetch(`${member.base}/usage`, {
        signal: AbortSignal.timeout(WORKER_ANSWERS_WITHIN_MS),
      }).catch(() => null);
      if (answer?.status === 200) return member;
    }
    return null;
  }

  async end(): Promise<void> {
    for (const member of this.members) await member.end();
  }
}

function pause(): Promise<void> {
  return new Promise((turn) => setTimeout(turn, PAUSE_MS));
}
