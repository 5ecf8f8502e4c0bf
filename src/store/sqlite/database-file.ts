import {
  closeSync,
  copyFileSync,
  existsSync,
  lstatSync,
  mkdtempSync,
  openSync,
  readSync,
  realpathSync,
  rmSync,
  statSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { DomainError } from '../../domain/errors.js';

const SQLITE_MAGIC = Buffer.from('SQLite format 3\0', 'latin1');
const BOLT_MAGIC = Buffer.from([0xed, 0xda, 0x0c, 0xed]);
const BOLT_MAGIC_OFFSET = 16;

/** The file itself where a symbolic link leads to it: there SQLite has its log. */
export function resolveDatabaseFile(file: string): string {
  if (!lstatSync(file, { throwIfNoEntry: false })?.isSymbolicLink()) return file;
  try {
    return realpathSync(file);
  } catch (cause) {
    throw new DomainError('unavailable', `The database ${file} is a link that leads nowhere: ${textOf(cause)}.`, {
      cause,
    });
  }
}

/**
 * Makes sure that the file is one that SQLite may open, before SQLite touches it: the original's own database stands
 * at the same path of the same configuration. Creates a missing file, readable by its owner only, as it holds the
 * credentials of block volumes; a file of length zero is a new database.
 */
export function prepareDatabaseFile(file: string): void {
  if (!existsSync(file)) {
    createDatabaseFile(file);
    return;
  }
  refuseOtherFiles(file);
}

function createDatabaseFile(file: string): void {
  try {
    closeSync(openSync(file, 'wx', 0o600));
  } catch (error) {
    const reason = existsSync(dirname(file)) ? textOf(error) : 'its directory does not exist';
    throw new DomainError('unavailable', `The database ${file} can't be created: ${reason}.`, { cause: error });
  }
}

export function refuseOtherFiles(file: string): void {
  const head = readHead(file);
  if (head.length === 0 || head.subarray(0, SQLITE_MAGIC.length).equals(SQLITE_MAGIC)) return;
  // A power cut while the file was made: SQLite's journal makes it the empty one that it was.
  if (existsSync(`${file}-journal`) && head.every((byte) => byte === 0)) return;
  throw new DomainError('unavailable', `${file} is not a database of this server: ${describe(head)}.`);
}

function describe(head: Buffer): string {
  const bolt = head.subarray(BOLT_MAGIC_OFFSET, BOLT_MAGIC_OFFSET + BOLT_MAGIC.length);
  if (bolt.equals(BOLT_MAGIC)) {
    return 'it is a Heketi database (BoltDB), which must be converted first; it has not been changed';
  }
  if (head[0] === 0x1f && head[1] === 0x8b) return 'it is compressed (gzip); decompress it first';
  if (head[0] === 0x7b) return 'it looks like JSON; an exported database must be imported first';
  return 'it is not an SQLite file';
}

function readHead(file: string): Buffer {
  let descriptor: number;
  try {
    descriptor = openSync(file, 'r');
  } catch (error) {
    throw new DomainError('unavailable', `The database ${file} can't be read: ${textOf(error)}.`, { cause: error });
  }
  try {
    const head = Buffer.alloc(64);
    return head.subarray(0, readSync(descriptor, head, 0, head.length, 0));
  } catch (error) {
    throw new DomainError('unavailable', `The database ${file} can't be read: ${textOf(error)}.`, { cause: error });
  } finally {
    closeSync(descriptor);
  }
}

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
  const refusals: string[] = [];
  for (const folder of new Set([tmpdir(), dirname(file)])) {
    try {
      return copyInto(folder, file);
    } catch (error) {
      if (!(error instanceof NoPlace)) throw error;
      refusals.push(textOf(error.cause));
    }
  }
  throw new DomainError(
    'unavailable',
    `The database ${file} is read from a copy, for which there is no place (${refusals.join('; ')}). ` +
      'Set TMPDIR to a folder that can be written and has room for it.',
  );
}

/** A folder in which no copy can be made. */
class NoPlace extends Error {}

function copyInto(folder: string, file: string): PrivateCopy {
  let directory: string;
  try {
    directory = mkdtempSync(join(folder, 'mortar-db-'));
  } catch (cause) {
    throw new NoPlace('', { cause });
  }
  const copy = join(directory, basename(file));
  const remove = (): void => rmSync(directory, { recursive: true, force: true });
  try {
    for (let attempt = 0; attempt < 5; attempt += 1) {
      const before = stamp(file);
      copyFileSync(file, copy);
      if (existsSync(`${file}-wal`)) copyFileSync(`${file}-wal`, `${copy}-wal`);
      else rmSync(`${copy}-wal`, { force: true });
      if (stamp(file) === before) return { file: copy, remove };
    }
  } catch (cause) {
    remove();
    if (NO_ROOM.includes((cause as NodeJS.ErrnoException).code ?? '')) throw new NoPlace('', { cause });
    throw new DomainError('unavailable', `The database ${file} can't be read: ${textOf(cause)}.`, { cause });
  }
  remove();
  throw new DomainError('unavailable', `The database ${file} is being written all the time; stop its server first.`);
}

const NO_ROOM = ['ENOSPC', 'EDQUOT', 'EFBIG'];

function stamp(file: string): string {
  const parts = [file, `${file}-wal`].map((path) => {
    const stat = statSync(path, { bigint: true, throwIfNoEntry: false });
    return stat ? `${stat.size} ${stat.mtimeNs}` : 'none';
  });
  return parts.join(' ');
}

export function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
