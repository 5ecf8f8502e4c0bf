import { databaseInUse, openMemoryDatabase, openSqliteStore } from './sqlite/sqlite-store.js';
import type { Store, StoreConfig } from './store.js';

export { resolveDatabaseFile } from './sqlite/database-file.js';
export { copyDatabase, putInPlace, removeDatabase } from './sqlite/whole-database.js';

/* The only way to a database: what engine it is, nobody else knows. */

/** Opens the database, which it creates if there is none. Refusals are DomainErrors that say what to do. */
export function openStore(config: StoreConfig): Promise<Store> {
  return openSqliteStore(config);
}

/** A store that is gone when it is closed, for tests. */
export function openMemoryStore(): Promise<Store> {
  return openMemoryDatabase();
}

/** Whether opening was refused because another process has the database open. */
export function isInUse(error: unknown): boolean {
  return databaseInUse(error);
}
