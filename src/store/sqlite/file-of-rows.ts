import { type FileHandle, open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { DomainError } from '../../domain/errors.js';
import { Slices } from '../../timing/turns.js';
import { loadMigrations } from '../migrations.js';
import { type RowsOfTable, type StoredRow, TABLE_NAMES } from '../raw-rows.js';
import type { TableName } from '../schema.js';
import type { BackupFile, BackupPurpose } from '../store.js';
import { nameAsCopy } from './backup-bytes.js';
import { diskFault } from './errors.js';
import { migrate } from './migrate.js';
import { makePrivateFolder } from './private-folder.js';

/** Of the file in memory while it is made, KiB. */
const CACHE_KIB = 8192;
const PIECE_BYTES = 256 * 1024;

/**
 * A database file that holds these rows, and nothing else: a copy of a database that another engine keeps. Of the row that
 * binds a file to its log (see journal.ts) only the time counts at which it was a copy itself.
 *
 * It is made in TMPDIR under no name, so that nothing is left of it however this process ends; memory holds a part of it
 * only. Rejects with a DomainError where there is no place for it.
 */
export async function fileOfRows(rows: AsyncIterable<RowsOfTable>, purpose: BackupPurpose): Promise<BackupFile> {
  const { database, handle } = await openWithoutName();
  try {
    layOut(database);
    for await (const { table, rows: added } of rows) await insertRows(database, table, added);
    nameAsCopy(database, purpose);
    database.close();
    return fileBehind(handle, (await handle.stat()).size);
  } catch (error) {
    database.close();
    await handle.close();
    const fault = diskFault(error);
    throw fault === null ? error : noPlace(fault, error);
  }
}

interface Unnamed {
  readonly database: Database.Database;
  readonly handle: FileHandle;
}

async function openWithoutName(): Promise<Unnamed> {
  let database: Database.Database | null = null;
  try {
    const folder = makePrivateFolder(tmpdir());
    try {
      const file = join(folder.path, 'heketi.db');
      database = new Database(file);
      return { database, handle: await open(file, 'r') };
    } finally {
      folder.remove();
    }
  } catch (error) {
    database?.close();
    throw noPlace(`${(error as Error).message}.`, error);
  }
}

function noPlace(why: string, cause: unknown): DomainError {
  return new DomainError(
    'unavailable',
    `The copy of the database can't be made in ${tmpdir()}: ${why} Set TMPDIR to a folder that can be written and has ` +
      'room for it.',
    { cause },
  );
}

/** Its tables, without a row. What is under no name can have no journal beside it. */
function layOut(database: Database.Database): void {
  database.pragma('page_size = 2048');
  database.pragma('locking_mode = EXCLUSIVE');
  database.pragma('journal_mode = MEMORY');
  database.pragma('synchronous = OFF');
  database.pragma('foreign_keys = OFF');
  database.pragma('temp_store = memory');
  database.pragma(`cache_size = -${CACHE_KIB}`);
  migrate(database, loadMigrations('sqlite'), Date.now());
  for (const table of TABLE_NAMES) database.exec(`delete from "${table}"`);
}

async function insertRows(database: Database.Database, table: TableName, rows: readonly StoredRow[]): Promise<void> {
  const columns = Object.keys(rows[0] ?? {});
  if (columns.length === 0) return;
  const names = columns.map((name) => `"${name}"`).join(', ');
  const places = columns.map(() => '?').join(', ');
  const insert = database.prepare(`insert into "${table}" (${names}) values (${places})`);
  const slices = new Slices();
  database.exec('begin');
  for (const row of rows) {
    if (slices.isOver) await slices.next();
    insert.run(...columns.map((name) => row[name] ?? null));
  }
  database.exec('commit');
}

function fileBehind(handle: FileHandle, sizeBytes: number): BackupFile {
  return {
    sizeBytes,
    async *pieces() {
      for (let at = 0; at < sizeBytes; ) {
        const piece = Buffer.allocUnsafe(Math.min(PIECE_BYTES, sizeBytes - at));
        const { bytesRead } = await handle.read(piece, 0, piece.length, at);
        if (bytesRead === 0) throw new Error(`the copy of the database ends at ${at} of ${sizeBytes} bytes`);
        yield piece.subarray(0, bytesRead);
        at += bytesRead;
      }
    },
    // What is just being read is waited for.
    close: () => void handle.close(),
  };
}
