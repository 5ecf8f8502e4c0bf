import { spawnSync } from 'node:child_process';
import { DomainError } from '../domain/errors.js';

/** Of `flock` here; its own are those of sysexits.h. */
const LOCKED_EXIT_CODE = 3;

/**
 * Keeps out whoever would write to a file of Bolt's, as long as the descriptor is open: the lock belongs to what was opened,
 * so that it stays when the program `flock` (util-linux), which has the call that Node lacks, has ended. It is shared with
 * those that only read, and a descriptor that is only read can have no other one on NFS. False: a process has the file to
 * write to it. Throws DomainError where that can't be told.
 */
export function tryFlock(descriptor: number): boolean {
  const args = ['--shared', '--nonblock', '--conflict-exit-code', String(LOCKED_EXIT_CODE), '3'];
  const { status, error, stderr } = spawnSync('flock', args, { stdio: ['ignore', 'ignore', 'pipe', descriptor] });
  if (status === 0) return true;
  if (status === LOCKED_EXIT_CODE) return false;
  const why = error ? `the program flock (util-linux) can't be run: ${error.message}` : stderr.toString().trim();
  throw new DomainError(
    'unavailable',
    `whether a Heketi still uses it can't be told: it can't be locked (${why}). Where its file system knows no locks, copy ` +
      'it to another one',
  );
}
