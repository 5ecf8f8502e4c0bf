import { rmSync } from 'node:fs';
import { DomainError } from '../domain/errors.js';
import { type FileLock, tryLockFile } from '../store/open-store.js';

/** Runs what makes a file at `dbFile`, and no other such work at the same time: two would write the same copy. */
export async function alone<T>(dbFile: string, work: () => Promise<T>): Promise<T> {
  const lockFile = `${dbFile}.restore-lock`;
  const lock = lockAgainstOthers(lockFile, dbFile);
  try {
    return await work();
  } finally {
    rmSync(lockFile, { force: true });
    lock.release();
  }
}

function lockAgainstOthers(lockFile: string, dbFile: string): FileLock {
  let lock: FileLock | null;
  try {
    lock = tryLockFile(lockFile);
  } catch (cause) {
    const why = (cause as Error).message;
    throw new DomainError(
      'invalid',
      `nothing can be put in the place of ${dbFile}: ${lockFile} can't be made and locked (${why}); is its folder there, ` +
        'and may this user write in it?',
      { cause },
    );
  }
  if (lock) return lock;
  throw new DomainError(
    'unavailable',
    `another restore, conversion or import of ${dbFile} is under way: wait for its end`,
  );
}
