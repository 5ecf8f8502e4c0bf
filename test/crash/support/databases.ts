import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { openStore } from '../../../src/store/open-store.js';
import type { Store } from '../../../src/store/store.js';
import { CommitCutter, type Cut } from '../../support/commit-cutter.js';
import { makeMemoryFolder } from '../../support/memory-folder.js';
import { sharedPostgres } from '../../support/postgres-server.js';

/** A commit of one life whose connection breaks, counted from 0. */
export interface CutCommit {
  readonly at: number;
  readonly kind: Cut;
}

/** A database that outlives the servers that work with it. */
export interface LivedOn {
  open(): Promise<Store>;
  /** For the life that begins: nothing is left of those of earlier ones. */
  cut(commit: CutCommit | null): void;
  /** Commits that were sent since then; 0 where there is no connection. */
  readonly commits: number;
  remove(): Promise<void>;
}

export async function onFile(): Promise<LivedOn> {
  const folder = makeMemoryFolder('mortar-crash-');
  return {
    open: () => openStore({ file: join(folder, 'heketi.db') }),
    cut: () => undefined,
    commits: 0,
    remove: async () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** Each life has a database of its own, behind something that breaks connections. */
export async function onPostgres(): Promise<LivedOn> {
  const server = await sharedPostgres();
  const database = await server.newDatabase(`template ${await emptyDatabase()}`);
  const cutter = await CommitCutter.before(server);
  return {
    open: () => openStore({ postgres: server.target(database, { host: '127.0.0.1', port: cutter.port }) }),
    cut(commit) {
      cutter.cutOnly(...(commit === null ? [] : [...Array(commit.at).fill('let through'), commit.kind]));
    },
    get commits() {
      return cutter.commits;
    },
    async remove() {
      await cutter.close();
      await server.query(`drop database ${database} with (force)`);
    },
  };
}

let empty: Promise<string> | null = null;

/** One with all tables, made once: migrations take longer than most lives. */
function emptyDatabase(): Promise<string> {
  empty ??= (async () => {
    const server = await sharedPostgres();
    const database = await server.newDatabase();
    await (await openStore({ postgres: server.target(database) })).close();
    return database;
  })();
  return empty;
}
