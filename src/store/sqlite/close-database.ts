import { existsSync, linkSync, renameSync, rmSync } from 'node:fs';
import type Database from 'better-sqlite3';

/** SQLite puts what is left in the log into the file, waits for the disk itself, and removes the log. */
export function closeSealed(database: Database.Database): void {
  try {
    database.pragma('synchronous = FULL');
  } finally {
    database.close();
  }
}

/**
 * The same, but for the log: a file that says that it needs its log is refused without it. A second name keeps the log
 * while SQLite removes the first one.
 */
export function closeUnsealed(database: Database.Database): void {
  const log = `${database.name}-wal`;
  const kept = `${log}.kept`;
  try {
    rmSync(kept, { force: true });
    linkSync(log, kept);
  } catch {
    // There is no log, or this file system knows one name for a file only.
  }
  try {
    closeSealed(database);
  } catch {
    // Of a damaged file SQLite can't even tell the mode.
  }
  if (!existsSync(kept)) return;
  if (existsSync(log)) rmSync(kept);
  else renameSync(kept, log);
}
