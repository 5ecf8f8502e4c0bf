import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { expect, onTestFinished, vi } from 'vitest';
import type { PostgresTarget } from '../../src/store/store-config.js';

/* Real PostgreSQL servers of Debian's package, each in a temporary folder. */

const VERSIONS = '/usr/lib/postgresql';

/** Where the newest version's programs are; null where none is installed. */
function programs(): string | null {
  if (!existsSync(VERSIONS)) return null;
  const newest = readdirSync(VERSIONS)
    .sort((a, b) => Number(b) - Number(a))
    .find((version) => existsSync(join(VERSIONS, version, 'bin', 'initdb')));
  return newest === undefined ? null : join(VERSIONS, newest, 'bin');
}

/** Why there can be no server here; null when there can. */
export function whyNoPostgres(): string | null {
  return programs() === null ? 'Debian’s package postgresql is not installed' : null;
}

/** Says aloud what is left out; answers whether it has to be. */
export function isLackingPostgres(what: string): boolean {
  const why = whyNoPostgres();
  if (why !== null) console.warn(`SKIPPED: ${what}: ${why}`);
  return why !== null;
}

export interface PostgresOptions {
  /** Lines of postgresql.conf. */
  readonly settings?: readonly string[];
}

/** Ends with the process that started it, however that ended; then its folder goes too, but not when it is to stop only. */
const SUPERVISOR =
  'folder=$1; shift; "$@" & server=$!; read -r word; kill -QUIT $server; wait $server; [ "$word" = stop ] || rm -rf "$folder"';

export class PostgresServer {
  readonly folder: string;
  readonly port: number;
  readonly #owner: { uid?: number; gid?: number };
  readonly #bin: string;
  #supervisor: ChildProcess | null = null;
  #databases = 0;

  private constructor(bin: string, port: number) {
    this.#bin = bin;
    this.port = port;
    this.folder = mkdtempSync(join(tmpdir(), 'mortar-pg-'));
    // It refuses to run as root.
    this.#owner = process.getuid?.() === 0 ? { uid: idOf('-u'), gid: idOf('-g') } : {};
    if (this.#owner.uid !== undefined) chownSync(this.folder, this.#owner.uid, this.#owner.gid ?? 0);
  }

  static async start({ settings = [] }: PostgresOptions = {}): Promise<PostgresServer> {
    const bin = programs();
    if (bin === null) throw new Error('no PostgreSQL is installed');
    const server = new PostgresServer(bin, await freePort());
    const data = join(server.folder, 'data');
    const initialize = ['-D', data, '-U', 'mortar', '-A', 'trust', '-E', 'UTF8', '--locale=C.UTF-8', '--no-sync'];
    execFileSync(join(bin, 'initdb'), initialize, { ...server.#owner, stdio: 'pipe', cwd: '/' });
    await server.run(settings);
    return server;
  }

  /** A standby that follows `primary`, whose commits wait for it from then on. */
  static async standbyOf(primary: PostgresServer): Promise<PostgresServer> {
    const standby = new PostgresServer(primary.#bin, await freePort());
    const from = ['-h', primary.folder, '-p', String(primary.port), '-U', 'mortar'];
    const copying = [...from, '-D', join(standby.folder, 'data'), '-X', 'stream', '-c', 'fast', '-R', '--no-sync'];
    execFileSync(join(primary.#bin, 'pg_basebackup'), copying, { ...standby.#owner, stdio: 'pipe', cwd: '/' });
    await standby.run();
    await primary.query("alter system set synchronous_standby_names = '*'");
    await primary.query('select pg_reload_conf()');
    const isFollowed = "select from pg_stat_replication where sync_state = 'sync'";
    await vi.waitFor(async () => expect(await primary.query(isFollowed)).toHaveLength(1), { timeout: 60_000 });
    return standby;
  }

  /** A standby becomes a primary. */
  async promote(): Promise<void> {
    await this.query('select pg_promote()');
  }

  /** Starts it, after a stop again. */
  async run(settings: readonly string[] = []): Promise<void> {
    const all = [
      'fsync=off',
      'shared_buffers=16MB',
      'max_connections=100',
      'listen_addresses=127.0.0.1',
      `port=${this.port}`,
      `unix_socket_directories=${this.folder}`,
      ...settings,
    ];
    const command = [
      join(this.#bin, 'postgres'),
      '-D',
      join(this.folder, 'data'),
      ...all.flatMap((one) => ['-c', one]),
    ];
    const options = { ...this.#owner, cwd: '/', stdio: ['pipe', 'ignore', 'ignore'] as ['pipe', 'ignore', 'ignore'] };
    this.#supervisor = spawn('sh', ['-c', SUPERVISOR, 'sh', this.folder, ...command], options);
    this.#supervisor.unref();
    (this.#supervisor.stdin as unknown as { unref(): void }).unref();
    await vi.waitFor(() => this.query('select 1'), { timeout: 60_000, interval: 20 });
  }

  /** At once, as at a power cut of its machine. */
  async stop(): Promise<void> {
    await this.#end('stop\n');
  }

  async remove(): Promise<void> {
    await this.#end('');
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** By TCP; `changes` may lead elsewhere. */
  target(database: string, changes: Partial<PostgresTarget> = {}): PostgresTarget {
    const { folder: host, port } = this;
    return { host, port, database, user: 'mortar', password: null, passwordFile: null, tls: null, ...changes };
  }

  /** A database of its own, without tables. */
  async newDatabase(options = ''): Promise<string> {
    const name = `db${++this.#databases}`;
    await this.query(`create database ${name} ${options}`);
    return name;
  }

  async query(sql: string, database = 'postgres'): Promise<readonly Record<string, unknown>[]> {
    const client = new pg.Client({ host: this.folder, port: this.port, user: 'mortar', database });
    client.on('error', () => undefined);
    try {
      await client.connect();
      return (await client.query(sql)).rows;
    } finally {
      await client.end();
    }
  }

  async #end(word: string): Promise<void> {
    const supervisor = this.#supervisor;
    this.#supervisor = null;
    if (!supervisor || supervisor.exitCode !== null) return;
    supervisor.ref();
    const ended = new Promise((resolve) => supervisor.once('exit', resolve));
    supervisor.stdin?.end(word);
    await ended;
  }
}

let shared: Promise<PostgresServer> | null = null;

/** The one of this process, which ends with it. */
export function sharedPostgres(): Promise<PostgresServer> {
  shared ??= PostgresServer.start();
  return shared;
}

/** One that a test may stop, gone after it. */
export async function ownPostgres(options: PostgresOptions = {}): Promise<PostgresServer> {
  const server = await PostgresServer.start(options);
  onTestFinished(() => server.remove());
  return server;
}

/** One that follows another, gone after the test. */
export async function ownStandby(primary: PostgresServer): Promise<PostgresServer> {
  const standby = await PostgresServer.standbyOf(primary);
  onTestFinished(() => standby.remove());
  return standby;
}

function idOf(flag: '-u' | '-g'): number {
  return Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }));
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}
