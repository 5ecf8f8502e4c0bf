import { copyFileSync, existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { DomainError } from '../../domain/errors.js';
import { isPacked, refuseOtherFiles, textOf } from './database-file.js';
import { foldersForCopies, makePrivateFolder } from './private-folder.js';

export interface PrivateCopy {
  readonly file: string;
  remove(): void;
}

/**
 * Copies a database with its write-ahead log to a temporary directory (beside it, where there is none), so that it can
 * be read without a lock and without leaving anything behind. A running server may write meanwhile: then it is copied
 * again.
 */
export function copyDatabaseFile(file: string): PrivateCopy {
  if (!existsSync(file)) throw new DomainError('unavailable', `There is no database ${file}.`);
  refuseOtherFiles(file);
  return copyAside(file, (copy) => copySettled(file, copy));
}

/** The same; a compressed backup is unpacked. */
export function copyBackupFile(file: string): PrivateCopy {
  return isPacked(file) ? copyAside(file, (copy) => unpackDatabase(file, copy)) : copyDatabaseFile(file);
}

/** Throws DomainError when a compressed file is not whole. `to` must not be there. */
export function unpackDatabase(from: string, to: string): void {
  writeFileSync(to, unpacked(from), { mode: 0o600, flag: 'wx' });
}

function unpacked(file: string): Buffer {
  try {
    return gunzipSync(readFileSync(file));
  } catch (cause) {
    throw new DomainError(
      'unavailable',
      `${file} can't be unpacked: ${textOf(cause)}. If it is damaged or was not copied whole, use another backup.`,
      { cause },
    );
  }
}

/** A folder in which no copy can be made. */
class NoPlace extends Error {}

function copyAside(file: string, fill: (copy: string) => void): PrivateCopy {
  const refusals: string[] = [];
  for (const folder of foldersForCopies(file)) {
    try {
      return copyInto(folder, file, fill);
    } catch (error) {
      refusals.push(whyNotThere(error));
    }
  }
  throw nowhere(file, refusals);
}

/** The same where the copy takes its time. */
export async function copyAsideSlowly(file: string, fill: (copy: string) => Promise<void>): Promise<PrivateCopy> {
  const refusals: string[] = [];
  for (const folder of foldersForCopies(file)) {
    try {
      const copy = placeIn(folder, file);
      await fill(copy.file).catch((cause) => {
        throw notCopied(copy, file, cause);
      });
      return copy;
    } catch (error) {
      refusals.push(whyNotThere(error));
    }
  }
  throw nowhere(file, refusals);
}

/** Throws what is true of every folder. */
function whyNotThere(error: unknown): string {
  if (!(error instanceof NoPlace)) throw error;
  return textOf(error.cause);
}

function nowhere(file: string, refusals: readonly string[]): DomainError {
  return new DomainError(
    'unavailable',
    `The database ${file} is read from a copy, for which there is no place (${refusals.join('; ')}). ` +
      'Set TMPDIR to a folder that can be written and has room for it.',
  );
}

function copyInto(folder: string, file: string, fill: (copy: string) => void): PrivateCopy {
  const copy = placeIn(folder, file);
  try {
    fill(copy.file);
    return copy;
  } catch (cause) {
    throw notCopied(copy, file, cause);
  }
}

function placeIn(folder: string, file: string): PrivateCopy {
  try {
    const { path, remove } = makePrivateFolder(folder);
    return { file: join(path, basename(file)), remove };
  } catch (cause) {
    throw new NoPlace('', { cause });
  }
}

/** Nothing is left of it. */
function notCopied(copy: PrivateCopy, file: string, cause: unknown): Error {
  copy.remove();
  if (cause instanceof DomainError) return cause;
  if (NO_ROOM.includes((cause as NodeJS.ErrnoException).code ?? '')) return new NoPlace('', { cause });
  return new DomainError('unavailable', `The database ${file} can't be read: ${textOf(cause)}.`, { cause });
}

const NO_ROOM = ['ENOSPC', 'EDQUOT', 'EFBIG'];

function copySettled(file: string, copy: string): void {
  for (let attempt = 0; attempt < 5; attempt += 1) {
    const before = stamp(file);
    copyFileSync(file, copy);
    if (existsSync(`${file}-wal`)) copyFileSync(`${file}-wal`, `${copy}-wal`);
    else rmSync(`${copy}-wal`, { force: true });
    if (stamp(file) === before) return;
  }
  throw new DomainError('unavailable', `The database ${file} is being written all the time; stop its server first.`);
}

function stamp(file: string): string {
  const parts = [file, `${file}-wal`].map((path) => {
    const stat = statSync(path, { bigint: true, throwIfNoEntry: false });
    return stat ? `${stat.size} ${stat.mtimeNs}` : 'none';
  });
  return parts.join(' ');
}
