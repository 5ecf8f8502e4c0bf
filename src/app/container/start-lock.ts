import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { DomainError } from '../../domain/errors.js';
import { type FileLock, isDatabaseOpen, tryLockFile } from '../../store/open-store.js';
import type { Waiting } from './database-volume.js';

const POLL_MS = 1000;
/** Of `flock` here; its own are those of sysexits.h. */
const LOCKED_EXIT_CODE = 3;

/**
 * Waits until no other process has the database, and keeps other containers from starting on it as long as the answer is
 * held: between here and the server's own lock the database may be replaced. Throws `unavailable` when it takes too long.
 */
export async function lockDatabase(
  database: string,
  { lockWaitSeconds }: { readonly lockWaitSeconds: number },
  { say, pause }: Waiting,
): Promise<FileLock> {
  let lock: FileLock | null = null;
  for (let waitedMs = 0; ; waitedMs += POLL_MS) {
    lock ??= tryLock(`${database}.container-lock`);
    const user = lock === null ? 'another container that starts or runs' : userOf(database);
    if (lock !== null && user === null) return lock;
    if (waitedMs >= lockWaitSeconds * 1000)
      throw new DomainError(
        'unavailable',
        `${database} is locked by ${user}: there may be one server only. Stop that one first (a Deployment needs the ` +
          'strategy Recreate)',
      );
    if (waitedMs === 0) say(`${database} is locked by ${user}, waiting for its end`);
    await pause(POLL_MS);
  }
}

function tryLock(file: string): FileLock | null {
  try {
    return tryLockFile(file);
  } catch (cause) {
    throw new DomainError(
      'unavailable',
      `${file} can't be locked (${(cause as Error).message}), so that another container could use the database at the same ` +
        'time. The file system has to know locks, and the user of the container has to own the file, or be let write it',
      { cause },
    );
  }
}

/** Who has the database, for people; null: nobody. */
function userOf(database: string): string | null {
  if (!existsSync(database)) return null;
  if (isDatabaseOpen(database)) return 'another process, probably a server';
  return hasFlock(database) ? 'another process, probably a Heketi' : null;
}

/** Heketi's database has a lock of the other kind, for which Node has no call; where there is no `flock`, nobody asks. */
function hasFlock(database: string): boolean {
  const args = ['--nonblock', '--conflict-exit-code', String(LOCKED_EXIT_CODE), database, 'true'];
  return spawnSync('flock', args, { stdio: 'ignore' }).status === LOCKED_EXIT_CODE;
}
