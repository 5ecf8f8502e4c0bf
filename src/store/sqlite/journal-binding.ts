import { existsSync, readFileSync, statSync } from 'node:fs';
import Database from 'better-sqlite3';
import { DomainError } from '../../domain/errors.js';
import { type JournalRow, OPEN, readJournal, SEALED } from './journal.js';
import { copyDatabaseFile } from './private-copy.js';
import { endOfPages, HEADER_BYTES, isSealedFile } from './seal.js';

/** SQLite's header of a log; what follows are changes. */
const EMPTY_LOG_BYTES = 32;

/** Refuses a log with changes where the database is missing or empty: SQLite would remove it, and begin with nothing. */
export function refuseLoneJournal(file: string): void {
  const sizeOf = (part: string): number => statSync(part, { throwIfNoEntry: false })?.size ?? 0;
  if (sizeOf(file) > 0 || sizeOf(`${file}-wal`) <= EMPTY_LOG_BYTES) return;
  throw new DomainError(
    'unavailable',
    `The log ${file}-wal holds changes of a database, but ${file} is missing or empty. Put the file back that belongs ` +
      'to the log, or put a backup in place with: heketi db restore; or move the log away to begin with an empty ' +
      'database. Nothing was changed.',
  );
}

/**
 * Refuses, before SQLite replays anything, a file whose log is missing, and one beside the log of another database (or of
 * a later state of this one), which would be written over it. Changes nothing. `name`: the file that `file` is a copy of,
 * if it is one.
 */
export function refuseForeignJournal(file: string, name = file): void {
  const log = `${file}-wal`;
  if (statSync(file).size === 0) return;
  if (!existsSync(log)) {
    const row = alone(file);
    if (row?.is_open === OPEN) throw lacksItsLog(name);
    refuseTorn(file, row, name);
    return;
  }
  if (statSync(log).size === 0) {
    const row = alone(file);
    // With no commits the log was just begun: the file was marked before the first of them.
    if (row?.is_open === OPEN && row.commits > 0) throw lacksItsLog(name);
    refuseTorn(file, row, name);
    return;
  }
  const copy = copyDatabaseFile(file);
  try {
    const row = alone(copy.file);
    // A checkpoint that was cut off: its own log makes it whole, and no backup looks like that.
    if (row === undefined) return;
    if (!belongs(row, withLog(copy.file))) throw foreign(name);
  } finally {
    copy.remove();
  }
}

/** Read while it changed: its parts are of different states. */
function refuseTorn(file: string, row: JournalRow | null | undefined, name: string): void {
  if (row?.is_open !== SEALED) return;
  const bytes = readFileSync(file);
  if (!isSealedFile((at, length) => bytes.subarray(at, at + length))) throw torn(name);
}

function belongs(row: JournalRow | null, whole: JournalRow | null | undefined): boolean {
  if (whole === undefined) return false;
  if ((row?.id ?? '') === (whole?.id ?? '')) return true;
  return whole?.previous === (row?.id ?? '') && whole.commits === 0;
}

/** What the file says without its log; undefined when it can't be read so, or not whole. */
function alone(file: string): JournalRow | null | undefined {
  const whole = readFileSync(file);
  const bytes = whole.length < HEADER_BYTES ? whole : whole.subarray(0, endOfPages(whole));
  bytes[18] = 1;
  bytes[19] = 1;
  const row = read(() => new Database(bytes));
  return row && !isWhole(row) ? undefined : row;
}

/** Of a page of which a power cut left one half as it was, SQLite reads anything. */
function isWhole({ id, is_open: isOpen, commits }: JournalRow): boolean {
  return (
    typeof id === 'string' && /^([0-9a-f]{32})?$/.test(id) && Number.isInteger(isOpen) && Number.isInteger(commits)
  );
}

function withLog(file: string): JournalRow | null | undefined {
  return read(() => {
    const database = new Database(file);
    database.pragma('locking_mode = EXCLUSIVE');
    return database;
  });
}

function read(open: () => Database.Database): JournalRow | null | undefined {
  let database: Database.Database | null = null;
  try {
    database = open();
    return readJournal(database);
  } catch {
    return undefined;
  } finally {
    database?.close();
  }
}

function lacksItsLog(file: string): DomainError {
  return new DomainError(
    'unavailable',
    `The database ${file} is incomplete: it was copied without its log ${file}-wal while its server was writing, ` +
      'and would show an old state. Copy both files, or use a backup (GET /backup/db).',
  );
}

function torn(file: string): DomainError {
  return new DomainError(
    'unavailable',
    `The database ${file} is incomplete: it was copied while its server was writing, and its parts are of different ` +
      'states. Copy it again, or use a backup (GET /backup/db). If it is no copy, another program has changed it; once ' +
      `you know that it is whole, say so with: sqlite3 ${file} 'update journal set is_open = 0'`,
  );
}

function foreign(file: string): DomainError {
  return new DomainError(
    'unavailable',
    `The log ${file}-wal is not of the database ${file}, but of another one or of a later state of it, and would ` +
      `overwrite it. To go on with this state of the database, put a backup in place with: heketi db restore; ` +
      'or move the log away. Nothing was changed.',
  );
}
