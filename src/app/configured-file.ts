import type { Config } from '../config/config.js';
import { ConfigError } from '../config/config-error.js';

/** For what works on a database file; throws ConfigError where the database is on PostgreSQL. */
export function databaseFileOf({ dbFile }: Pick<Config, 'dbFile'>): string {
  if (dbFile !== null) return dbFile;
  throw new ConfigError('This is for a database file, and the configuration names a database on PostgreSQL.');
}
