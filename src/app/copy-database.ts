import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import type { DbCopyOptions } from '../config/command-line-options.js';
import { parsePostgresTarget } from '../config/postgres-target.js';
import { DomainError } from '../domain/errors.js';
import {
  digestOfRows,
  openPostgres,
  openStore,
  type PostgresStore,
  postgresName,
  putWhereNoneIs,
  removeDatabase,
  resolveDatabaseFile,
  rowsOfFile,
} from '../store/open-store.js';
import type { ReadTx, Store } from '../store/store.js';
import type { PostgresTarget, WorkAlone } from '../store/store-config.js';
import { alone } from './alone.js';
import { isHeketiDatabase } from './conversion/heketi-database.js';
import { describeContents } from './database-contents.js';

/**
 * `heketi db copy`: moves a database from a file to a PostgreSQL, or back. Neither may be used by a server. The copy is made
 * as a whole or not at all, and compared row by row; then the other one is marked as a copy that may be old, so that a
 * server that is started on it by mistake changes nothing. What was cut off is run again: a copy that is there is known.
 */
export async function copyDatabase(options: DbCopyOptions, print: (text: string) => void): Promise<number> {
  const from = parsePostgresTarget(options.from, options.passwordFile);
  const to = parsePostgresTarget(options.to, options.passwordFile);
  if (from !== null && to === null) print(await toFile(from, resolveDatabaseFile(options.to)));
  else if (from === null && to !== null) print(await toPostgres(resolveDatabaseFile(options.from), to));
  else if (from === null)
    throw refused('neither is a PostgreSQL (postgres://...): a file is copied by heketi db restore');
  else throw refused('both are a PostgreSQL: its own pg_dump and pg_restore copy one');
  return 0;
}

async function toPostgres(file: string, target: PostgresTarget): Promise<string> {
  if (!existsSync(file)) throw refused(`there is no database ${file}`);
  if (isHeketiDatabase(file))
    throw refused(`${file} is a Heketi database: heketi db convert --dbfile ${file} makes one of this server's of it`);
  return closing(openStore({ file }), (store) =>
    closing(openUnused(target), async (database) => {
      const bytes = await store.backup('deployment');
      if (!(await database.read(holdsSomething))) await database.replaceRows(() => rowsOfFile(bytes));
      if (!(await isSame(database, bytes)))
        throw refused(`${postgresName(target)} holds something else than ${file}; name a database that holds nothing`);
      await markAsOld(store);
      return textOf(postgresName(target), file, await database.read(describeContents));
    }),
  );
}

async function toFile(source: PostgresTarget, file: string): Promise<string> {
  return closing(openUnused(source), async (database) => {
    if (!(await database.read(holdsSomething))) throw refused(`${postgresName(source)} holds nothing`);
    if (!existsSync(file)) await alone(file, () => writeNew(file, database));
    return closing(openStore({ file }), async (store) => {
      if (!(await isSame(database, await store.backup('deployment'))))
        throw refused(`${file} is there, and holds something else than ${postgresName(source)}; name another file`);
      await markAsOld(database);
      return textOf(file, postgresName(source), await store.read(describeContents));
    });
  });
}

async function closing<S extends Store, T>(opening: Promise<S>, work: (store: S) => Promise<T>): Promise<T> {
  const store = await opening;
  try {
    return await work(store);
  } finally {
    await store.close();
  }
}

async function isSame(database: PostgresStore, file: Buffer): Promise<boolean> {
  return (await database.digest()) === (await digestOfRows(rowsOfFile(file)));
}

async function writeNew(file: string, database: PostgresStore): Promise<void> {
  const partial = `${file}.importing`;
  await removeDatabase(partial);
  const copy = await database.openBackup('deployment');
  try {
    await writeFile(partial, copy.pieces(), { mode: 0o600 });
    if (!(await putWhereNoneIs(partial, file))) throw refused(`${file} has come to be meanwhile; name another file`);
  } finally {
    copy.close();
    await removeDatabase(partial);
  }
}

function openUnused(postgres: PostgresTarget): Promise<PostgresStore> {
  const only: WorkAlone = {
    name: `heketi db copy on ${hostname()}`,
    onWaiting(server) {
      throw new DomainError(
        'unavailable',
        `The database ${postgresName(postgres)} is used by ${server}. Stop that one first.`,
      );
    },
    // What was begun is taken back: its commit asks for the lease.
    onLost: () => undefined,
  };
  return openPostgres({ postgres, alone: only });
}

async function holdsSomething(tx: ReadTx): Promise<boolean> {
  const lists = [tx.clusters, tx.nodes, tx.devices, tx.bricks, tx.volumes, tx.blockVolumes, tx.operations];
  for (const rows of lists) if ((await rows.list()).length > 0) return true;
  return false;
}

async function markAsOld(store: Pick<Store, 'write'>): Promise<void> {
  await store.write(async (tx) => {
    if ((await tx.origin.copiedAt()) === null) await tx.origin.setCopiedAt(Date.now());
  });
}

function textOf(copy: string, old: string, contents: string): string {
  return (
    `${copy} holds what ${old} holds: ${contents}.\n` +
    `Start the server on ${copy}. One that is started on ${old} is held, as on a restored copy.\n`
  );
}

function refused(why: string): DomainError {
  return new DomainError('invalid', why);
}
