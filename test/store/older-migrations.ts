import { copyFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryDirectory } from './temporary-database.js';

export const MIGRATIONS = join(import.meta.dirname, '../../migrations');

/** A folder with the project's migrations up to one version. */
export function migrationsUpTo(version: number): string {
  const directory = temporaryDirectory();
  for (const name of readdirSync(MIGRATIONS).sort().slice(0, version)) {
    copyFileSync(join(MIGRATIONS, name), join(directory, name));
  }
  return directory;
}
