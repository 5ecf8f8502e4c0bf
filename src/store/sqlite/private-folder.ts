import { existsSync, lstatSync, mkdtempSync, readdirSync, rmdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type FileLock, tryLockFile } from './file-lock.js';

/*
 * Folders for copies of a database that one process reads and nobody else. Each holds a file that its process has locked
 * for as long as it uses the folder: the kernel gives the lock back however the process ends, so that a folder whose lock
 * can be had is nobody's.
 */

const PREFIX = 'mortar-db-';
const OWNER = '.mortar-owner';

export interface PrivateFolder {
  readonly path: string;
  /** With all that is in it. May be called while files in it are open: they last until they are closed. */
  remove(): void;
}

/** Where a copy of a database may be made, in this order: where temporary files belong, and beside it. */
export function foldersForCopies(databaseFile?: string): readonly string[] {
  return [...new Set([tmpdir(), ...(databaseFile === undefined ? [] : [dirname(databaseFile)])])];
}

/** Throws what the file system, or SQLite about its lock, says. `onMade`: called when it is there, and not locked yet. */
export function makePrivateFolder(within: string, onMade?: (path: string) => void): PrivateFolder {
  for (;;) {
    const path = mkdtempSync(join(within, PREFIX));
    onMade?.(path);
    const lock = lockOf(path);
    // Somebody who tidies up took it for one that was left behind, before it was locked.
    if (lock === null) continue;
    const remove = (): void => {
      try {
        // Whoever tidies up at this moment may make the owner's file anew, between its removal and that of the folder.
        rmSync(path, { recursive: true, force: true, maxRetries: 5, retryDelay: 20 });
      } finally {
        lock.release();
      }
    };
    return { path, remove };
  }
}

/**
 * Removes what processes that were killed have left behind; answers which folders. What another process uses, another user
 * has made, or cannot be removed stays, and so does what has no lock and holds something: nothing tells whose it is.
 */
export function removeAbandonedFolders(within: string): readonly string[] {
  const isAbandoned = (path: string): boolean => isOwnFolder(path) && isRemoved(path);
  try {
    const names = readdirSync(within).filter((name) => name.startsWith(PREFIX));
    return names.map((name) => join(within, name)).filter(isAbandoned);
  } catch {
    return [];
  }
}

/** Null where the folder is not there any more, or is just being removed. */
function lockOf(folder: string): FileLock | null {
  const owner = join(folder, OWNER);
  try {
    const lock = tryLockFile(owner);
    // The file may have lost its name between its opening and the lock.
    if (lock === null || existsSync(owner)) return lock;
    lock.release();
    return null;
  } catch (error) {
    if (!existsSync(folder)) return null;
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
}

function isOwnFolder(path: string): boolean {
  const stat = lstatSync(path, { throwIfNoEntry: false });
  return stat?.isDirectory() === true && stat.uid === process.geteuid?.();
}

function isRemoved(folder: string): boolean {
  try {
    if (!existsSync(join(folder, OWNER))) {
      // Its process died between the two, or is there: then it makes another one.
      rmdirSync(folder);
      return true;
    }
    const lock = tryLockFile(join(folder, OWNER));
    if (lock === null) return false;
    try {
      rmSync(folder, { recursive: true });
      return true;
    } finally {
      lock.release();
    }
  } catch {
    return false;
  }
}
