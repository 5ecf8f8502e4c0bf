import { existsSync } from 'node:fs';
import { DomainError } from '../domain/errors.js';
import { openStore, putWhereNoneIs, removeDatabase } from '../store/open-store.js';
import type { Store } from '../store/store.js';
import { alone } from './alone.js';

/**
 * Makes a database where there is none: filled under another name, and given its own when it is whole. A server would take
 * what was killed half-way for an empty database, and one that is there, or comes to be meanwhile, is never replaced.
 */
export function makeDatabase<T>(dbFile: string, fill: (store: Store) => Promise<T>): Promise<T> {
  return alone(dbFile, async () => {
    refuseExisting(dbFile);
    const partial = `${dbFile}.importing`;
    await removeDatabase(partial);
    try {
      const filled = await fillNew(partial, fill);
      if (!(await putWhereNoneIs(partial, dbFile))) throw existing(dbFile);
      return filled;
    } catch (error) {
      await removeDatabase(partial);
      throw error;
    }
  });
}

export function refuseExisting(dbFile: string): void {
  if (existsSync(dbFile)) throw existing(dbFile);
}

async function fillNew<T>(file: string, fill: (store: Store) => Promise<T>): Promise<T> {
  const store = await openStore({ file });
  try {
    return await fill(store);
  } finally {
    await store.close();
  }
}

function existing(dbFile: string): DomainError {
  return new DomainError(
    'invalid',
    `${dbFile} exists; only a new database is made here: name another file, or move this one away`,
  );
}
