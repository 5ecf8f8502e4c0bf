import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { openSqliteStore, type SqliteStoreOptions } from '../../src/store/sqlite/sqlite-store.js';
import type { Store } from '../../src/store/store.js';

/** A directory that is gone after the test. */
export function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'mortar-store-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

export function temporaryFile(): string {
  return join(temporaryDirectory(), 'heketi.db');
}

/** A symbolic link in another directory. */
export function linkTo(file: string): string {
  const link = temporaryFile();
  symlinkSync(file, link);
  return link;
}

/** A store on a real file, closed after the test. */
export async function openTemporary(
  file: string = temporaryFile(),
  options: Partial<SqliteStoreOptions> = {},
): Promise<Store> {
  const store = await openSqliteStore({ lockTimeoutMs: 50, ...options, file });
  onTestFinished(() => store.close());
  return store;
}
