import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import Database from 'better-sqlite3';
import { DomainError } from '../../domain/errors.js';
import { newId } from '../../domain/ids.js';
import { resolveDatabaseFile } from './database-file.js';
import { COMPLETE, readJournal } from './journal.js';
import { refuseForeignJournal, refuseLoneJournal } from './journal-binding.js';
import { refuseForeignDatabase } from './migrate.js';
import { copyDatabaseFile } from './private-copy.js';

/** Tables of which each start rewrites a row, though nothing has happened. */
const CHANGED_BY_STARTS = ['journal', 'server_identity'];

export interface ArchivedCopy {
  /** A database file that needs no log, known as a copy to a server that is started on it. */
  readonly bytes: Buffer;
  /** Equal for databases that hold the same; see `digestOfCopy`. */
  readonly digest: string;
}

/**
 * A copy of a database that nobody writes, its log included, as it is: at the schema that it has, so that the version
 * that wrote it can read it. Nothing beside the file is changed. Throws DomainError for one that can't be read whole.
 */
export function copyForArchive(databaseFile: string): ArchivedCopy {
  const file = resolveDatabaseFile(databaseFile);
  refuseLoneJournal(file);
  const copy = copyDatabaseFile(file);
  try {
    refuseForeignJournal(copy.file, file);
    return readCopy(copy.file);
  } catch (cause) {
    if (cause instanceof DomainError) throw cause;
    throw new DomainError('unavailable', `The database ${file} can't be read: ${(cause as Error).message}`, { cause });
  } finally {
    copy.remove();
  }
}

function readCopy(file: string): ArchivedCopy {
  const database = new Database(file);
  try {
    database.pragma('locking_mode = EXCLUSIVE');
    refuseForeignDatabase(database);
    const faults = database.pragma('integrity_check(1)', { simple: true });
    if (faults !== 'ok') throw new DomainError('unavailable', `it is damaged (${String(faults).split('\n')[0]})`);
    const digest = digestOf(database);
    // Without write-ahead log from here on: what is copied needs none.
    database.pragma('journal_mode = DELETE');
    markAsCopy(database);
    return { bytes: readFileSync(file), digest };
  } finally {
    database.close();
  }
}

/** Databases of a version that had no such mark are taken as they are. */
function markAsCopy(database: Database.Database): void {
  const journal = readJournal(database);
  if (journal === null) return;
  database
    .prepare("update journal set id = ?, previous = '', is_open = ?, commits = 0, copied_at = coalesce(copied_at, ?)")
    .run(newId(), COMPLETE, Date.now());
}

/** The digest of a copy that was kept; null for bytes that are no such database. */
export function digestOfCopy(bytes: Buffer): string | null {
  let database: Database.Database | null = null;
  try {
    database = new Database(bytes);
    return digestOf(database);
  } catch {
    return null;
  } finally {
    database?.close();
  }
}

/** Over every row of every table but those of CHANGED_BY_STARTS. */
function digestOf(database: Database.Database): string {
  const hash = createHash('sha256');
  const tables = database
    .prepare("select name from sqlite_master where type = 'table' and name not like 'sqlite_%' order by name")
    .pluck()
    .all() as string[];
  for (const table of tables.filter((name) => !CHANGED_BY_STARTS.includes(name))) {
    const rows = database.prepare(`select * from "${table}"`).raw();
    const order = rows.columns().map((_, column) => column + 1);
    hash.update(`${JSON.stringify(table)}\n`);
    const sorted = database
      .prepare(`select * from "${table}" order by ${order.join(', ')}`)
      .raw()
      .safeIntegers();
    for (const row of sorted.iterate()) hash.update(`${JSON.stringify(row, exactly)}\n`);
  }
  return hash.digest('hex');
}

function exactly(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? `${value}n` : value;
}
