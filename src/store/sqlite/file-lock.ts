import Database from 'better-sqlite3';
import { sqliteCode } from './errors.js';

/* Locks of SQLite's kind: the kernel gives them back when a process ends, and clients of a network file system see them. */

/** Held until `release`, or the end of the process. */
export interface FileLock {
  release(): void;
}

/** Locks a file that nobody opens for anything else, and makes it where it is missing; null while another process has it. */
export function tryLockFile(file: string): FileLock | null {
  const lock = new Database(file, { timeout: 0 });
  try {
    // In memory, so that nothing is ever written beside it.
    lock.pragma('journal_mode = MEMORY');
    lock.exec('begin exclusive');
    return { release: () => void lock.close() };
  } catch (error) {
    lock.close();
    if (isBusy(error)) return null;
    throw error;
  }
}

/**
 * Whether another process has a database open. Only asks: neither the file nor its log is changed, whatever they are, as
 * opening a store would.
 */
export function isDatabaseOpen(file: string): boolean {
  let database: Database.Database | null = null;
  try {
    database = new Database(file, { readonly: true, fileMustExist: true, timeout: 0 });
    database.pragma('locking_mode = EXCLUSIVE');
    database.prepare('select 1 from sqlite_master').get();
    return false;
  } catch (error) {
    // Whatever else is wrong with it is found, and said, when it is opened.
    return isBusy(error);
  } finally {
    database?.close();
  }
}

function isBusy(error: unknown): boolean {
  const code = sqliteCode(error) ?? '';
  return code.startsWith('SQLITE_BUSY') || code.startsWith('SQLITE_LOCKED');
}
