import { statSync } from 'node:fs';
import Database from 'better-sqlite3';
import { DomainError } from '../../domain/errors.js';
import { loadMigrations } from '../migrations.js';
import { closeUnsealed } from './close-database.js';
import { refuseOtherFiles, textOf } from './database-file.js';
import { sqliteCode } from './errors.js';
import { readJournal } from './journal.js';
import { refuseForeignJournal } from './journal-binding.js';
import { appliedVersion, refuseForeignDatabase } from './migrate.js';

export interface DatabaseInspection {
  /** Number of the last migration that ran on it. */
  readonly schema: number;
  /** Of this program, which brings older ones up to it when it opens them. */
  readonly newestSchema: number;
  /** Unix milliseconds at which it was made as a copy of a database; null in others. */
  readonly copiedAt: number | null;
}

/**
 * Looks at every page and index of a database that nobody uses, with its log if there is one. Changes nothing of what it
 * holds. `name`: how it is called in refusals, which are DomainErrors: another kind of file, damage, another program's.
 */
export function inspectDatabaseFile(file: string, name = file): DatabaseInspection {
  if (statSync(file).size === 0) throw refused(name, 'it is empty');
  refuseOtherFiles(file, name);
  refuseForeignJournal(file, name);
  const open = (): Database.Database => {
    const database = new Database(file);
    database.pragma('locking_mode = EXCLUSIVE');
    return database;
  };
  // The file may say that it needs its log, and is refused without it.
  return inspecting(name, open, closeUnsealed);
}

/** The same for a copy in memory, as `Store.backup` answers it. */
export function inspectDatabaseBytes(bytes: Buffer): DatabaseInspection {
  return inspecting(
    'the copy',
    () => new Database(bytes),
    (database) => void database.close(),
  );
}

function inspecting(
  name: string,
  open: () => Database.Database,
  close: (database: Database.Database) => void,
): DatabaseInspection {
  let database: Database.Database | null = null;
  try {
    database = open();
    return inspect(database, name);
  } catch (error) {
    if (error instanceof DomainError) throw error.message.includes(name) ? error : refused(name, error.message, error);
    if (sqliteCode(error) === null) throw error;
    throw refused(name, `it is damaged (${textOf(error)})`, error);
  } finally {
    if (database) close(database);
  }
}

function inspect(database: Database.Database, name: string): DatabaseInspection {
  const fault = String(database.pragma('integrity_check(1)', { simple: true }));
  if (fault !== 'ok') throw refused(name, `it is damaged (${fault.split('\n')[0]})`);
  refuseForeignDatabase(database);
  const schema = appliedVersion(database);
  if (schema === 0) throw refused(name, 'it has no tables');
  const newestSchema = loadMigrations('sqlite').at(-1)?.version ?? 0;
  if (schema > newestSchema) throw ofNewerProgram(name, schema, newestSchema);
  return { schema, newestSchema, copiedAt: readJournal(database)?.copied_at ?? null };
}

function ofNewerProgram(name: string, schema: number, newestSchema: number): DomainError {
  return new DomainError(
    'unavailable',
    `${name} has schema ${schema}, and this program knows schemas up to ${newestSchema}: a newer version has written it. ` +
      'Use that version, or another backup.',
  );
}

function refused(name: string, why: string, cause?: unknown): DomainError {
  return new DomainError('unavailable', `${name} can't be used as a database: ${why}. Use another backup.`, { cause });
}
