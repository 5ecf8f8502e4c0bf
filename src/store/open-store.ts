import type { PostgresStore } from './postgres/postgres-store.js';
import { fileOfRows } from './sqlite/file-of-rows.js';
import { foldersForCopies, removeAbandonedFolders } from './sqlite/private-folder.js';
import { databaseInUse, openMemoryDatabase, openSqliteStore } from './sqlite/sqlite-store.js';
import type { Store } from './store.js';
import type { PostgresStoreConfig, StoreConfig } from './store-config.js';

export type { PostgresStore } from './postgres/postgres-store.js';
export { postgresName } from './postgres/target-name.js';
export { digestOfRows } from './row-digest.js';
export { copyForArchive, digestOfCopy } from './sqlite/archived-copy.js';
export { resolveDatabaseFile } from './sqlite/database-file.js';
export { type FileLock, isDatabaseOpen, tryLockFile } from './sqlite/file-lock.js';
export { inspectAside } from './sqlite/inspect-aside.js';
export { type DatabaseInspection, inspectDatabaseFile } from './sqlite/inspect-database.js';
export { copyBackupFile } from './sqlite/private-copy.js';
export { rowsOfFile } from './sqlite/rows-of-file.js';
export { makeSqliteFile as makeDatabaseFile } from './sqlite/sqlite-store.js';
export { copyDatabase, putInPlace, putWhereNoneIs, removeDatabase } from './sqlite/whole-database.js';

/* The only way to a database: what engine it is, nobody else knows. */

/** Opens the database; makes a file that is missing, and the tables in either. Refusals are DomainErrors that say what to do. */
export async function openStore(config: StoreConfig): Promise<Store> {
  tidyUp(config);
  return 'postgres' in config ? openPostgres(config) : openSqliteStore(config);
}

export async function openPostgres(config: PostgresStoreConfig): Promise<PostgresStore> {
  // Loaded by those alone who have one.
  const { openPostgresStore } = await import('./postgres/postgres-store.js');
  return openPostgresStore(config, fileOfRows);
}

/** A store that is gone when it is closed. */
export function openMemoryStore(): Promise<Store> {
  return openMemoryDatabase();
}

/** Whether opening was refused because another process has the database open. */
export function isInUse(error: unknown): boolean {
  return databaseInUse(error);
}

/** What killed processes have left behind, of copies that they were making. */
function tidyUp(config: StoreConfig): void {
  const folders = foldersForCopies('file' in config ? config.file : undefined).flatMap(removeAbandonedFolders);
  if (folders.length === 0) return;
  config.logger?.info({ folders }, 'removed copies of the database that a process that was killed had left behind');
}
