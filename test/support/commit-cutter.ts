import { connect, createServer, type Server, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';
import type { PostgresServer } from './postgres-server.js';

/** A simple query of this text, as PostgreSQL's protocol has it. */
const COMMIT = Buffer.from('Q\0\0\0\x0bcommit\0', 'latin1');

/**
 * What becomes of a commit: `lost`: it never arrives; `answer lost`: it is made, and nobody hears of it; `held`: the client
 * hears nothing any more, and the engine gets it when `release` is called.
 */
export type Cut = 'let through' | 'lost' | 'answer lost' | 'held';

/** Stands between a store and its PostgreSQL, and breaks connections at commits. */
export class CommitCutter {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #cuts: Cut[] = [];
  /** Text of commands that the engine is to refuse, once. */
  #misspelt: string | null = null;
  #held: (() => void) | null = null;
  #isClosed = false;
  /** Connections that were made so far. */
  connections = 0;
  /** Since the last `cutOnly`. */
  commits = 0;

  #target: PostgresServer;

  private constructor(target: PostgresServer) {
    this.#target = target;
    this.#server = createServer((client) => this.#join(client));
  }

  static async before(target: PostgresServer): Promise<CommitCutter> {
    const cutter = new CommitCutter(target);
    await new Promise<void>((resolve) => cutter.#server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => cutter.close());
    return cutter;
  }

  get port(): number {
    const address = this.#server.address();
    return typeof address === 'object' && address ? address.port : 0;
  }

  /** The next commits go like this; those after them are let through. */
  cutNext(...cuts: readonly Cut[]): void {
    this.#cuts.push(...cuts);
  }

  /** The same, in place of those that have not come. */
  cutOnly(...cuts: readonly Cut[]): void {
    this.#cuts.splice(0);
    this.commits = 0;
    this.cutNext(...cuts);
  }

  /** The engine refuses the next command with this text, as if it had failed by itself. */
  misspellNext(text: string): void {
    this.#misspelt = text;
  }

  /** Whether all of these have come. */
  get isDone(): boolean {
    return this.#cuts.length === 0;
  }

  /** New connections are refused from now on, and those that are there break. */
  refuse(): void {
    this.#isClosed = true;
    for (const socket of this.#sockets) socket.destroy();
  }

  accept(): void {
    this.#isClosed = false;
  }

  get isHolding(): boolean {
    return this.#held !== null;
  }

  /** The commit that was held reaches the engine. */
  release(): void {
    this.#held?.();
    this.#held = null;
  }

  async close(): Promise<void> {
    this.refuse();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  /** New connections lead to another one from now on, as an address does that moves with a primary. */
  leadTo(target: PostgresServer): void {
    this.#target = target;
  }

  #join(client: Socket): void {
    if (this.#isClosed) {
      client.destroy();
      return;
    }
    this.connections += 1;
    const engine = connect(this.#target.port, '127.0.0.1');
    const isDeaf = { value: false };
    for (const socket of [client, engine]) {
      this.#sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => this.#sockets.delete(socket));
    }
    engine.on('data', (bytes) => {
      if (isDeaf.value) client.destroy();
      else client.write(bytes);
    });
    engine.on('close', () => client.destroy());
    client.on('data', (bytes) => {
      this.#misspell(bytes);
      const isCommit = bytes.equals(COMMIT);
      if (isCommit) this.commits += 1;
      const cut = isCommit ? this.#cuts.shift() : undefined;
      if (cut === undefined || cut === 'let through') engine.write(bytes);
      else if (cut === 'lost') engine.destroy();
      else if (cut === 'answer lost') {
        isDeaf.value = true;
        engine.write(bytes);
      } else {
        isDeaf.value = true;
        this.#held = () => engine.write(bytes);
        client.destroy();
      }
    });
    client.on('close', () => {
      if (!isDeaf.value) engine.destroy();
    });
  }

  #misspell(bytes: Buffer): void {
    const at = this.#misspelt === null ? -1 : bytes.indexOf(this.#misspelt);
    if (at < 0) return;
    bytes.write('?', at);
    this.#misspelt = null;
  }
}
