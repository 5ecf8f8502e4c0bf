import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { ended, printed } from './ended.js';

const ROOT = resolve(import.meta.dirname, '../../../..');
const PROGRAM = join(ROOT, 'bin/heketi');
const DATABASE_FAULTS = join(import.meta.dirname, 'database-faults.mjs');

export interface ServerProcess {
  readonly base: string;
  /** SIGSTOP and SIGCONT: a server that stands still, and goes on. */
  signal(signal: 'SIGSTOP' | 'SIGCONT'): void;
  /** Resolves when the process is gone, whoever ended it. */
  readonly ended: Promise<void>;
  /** SIGKILL. */
  kill(): Promise<void>;
  /** SIGTERM, and waits for the end. */
  stop(): Promise<void>;
}

export interface ServerOptions {
  readonly folder: string;
  readonly socket: string;
  /** Kills the server at a call of the database; see database-faults.mjs. */
  readonly databaseFaults?: Readonly<Record<string, string>>;
  readonly glusterfs?: object;
  readonly env?: Readonly<Record<string, string>>;
  /** A free one when not given. */
  readonly port?: number;
  /** What clients sign their tokens with; nobody is asked for one when not given. */
  readonly keys?: { readonly admin: string; readonly user: string };
}

export function databaseFile(folder: string): string {
  return join(folder, 'heketi.db');
}

/** The built server on the files of `folder`; rejects when it ends before it listens. */
export async function startServer(options: ServerOptions): Promise<ServerProcess> {
  const { child } = launchServer(options);
  const [, port] = await printed(child, /Listening on port (\d+)/);
  const end = async (signal: 'SIGKILL' | 'SIGTERM') => {
    child.kill(signal);
    await ended(child);
  };
  return {
    base: `http://127.0.0.1:${port}`,
    signal: (signal) => child.kill(signal),
    ended: ended(child),
    kill: () => end('SIGKILL'),
    stop: () => end('SIGTERM'),
  };
}

/** Starts the server without waiting for anything. */
export function launchServer({ folder, socket, databaseFaults, glusterfs, env: more, port = 0, keys }: ServerOptions) {
  const config = join(folder, 'heketi.json');
  const settings = {
    executor: 'mock',
    db: databaseFile(folder),
    loglevel: 'none',
    disable_monitor_gluster_nodes: true,
    start_time_background_cleaner: 1,
    refresh_time_background_cleaner: 1,
    ...glusterfs,
  };
  const jwt = keys && { admin: { key: keys.admin }, user: { key: keys.user } };
  writeFileSync(config, JSON.stringify({ port: String(port), jwt, glusterfs: settings }));
  const env = {
    PATH: process.env.PATH,
    MORTAR_MOCK_SOCKET: socket,
    MORTAR_MOCK_MODE: 'strict',
    ...databaseFaults,
    ...more,
  };
  const hook = databaseFaults ? ['--import', DATABASE_FAULTS] : [];
  const open = keys ? [] : ['--disable-auth'];
  const child = spawn(process.execPath, [...hook, PROGRAM, '--config', config, ...open], {
    cwd: ROOT,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  return { child };
}
