import { closeSync, existsSync, lstatSync, openSync, readSync, realpathSync } from 'node:fs';
import { dirname } from 'node:path';
import { DomainError } from '../../domain/errors.js';

const SQLITE_MAGIC = Buffer.from('SQLite format 3\0', 'latin1');
const GZIP_MAGIC = Buffer.from([0x1f, 0x8b]);
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

/** `name`: what `file` is called in the refusal, if that is another one. */
export function refuseOtherFiles(file: string, name = file): void {
  const head = readHead(file);
  if (head.length === 0 || head.subarray(0, SQLITE_MAGIC.length).equals(SQLITE_MAGIC)) return;
  // A power cut while the file was made: SQLite's journal makes it the empty one that it was.
  if (existsSync(`${file}-journal`) && head.every((byte) => byte === 0)) return;
  throw new DomainError('unavailable', `${name} is not a database of this server: ${describe(head)}.`);
}

function describe(head: Buffer): string {
  const bolt = head.subarray(BOLT_MAGIC_OFFSET, BOLT_MAGIC_OFFSET + BOLT_MAGIC.length);
  if (bolt.equals(BOLT_MAGIC)) {
    return 'it is a Heketi database (BoltDB), which a server that is started on it converts, or: heketi db convert';
  }
  if (head.subarray(0, GZIP_MAGIC.length).equals(GZIP_MAGIC)) return 'it is compressed (gzip); decompress it first';
  if (head[0] === 0x7b) return 'it looks like JSON; an exported database must be imported first';
  return 'it is not an SQLite file';
}

/** Whether a file is compressed (gzip), as backups are kept in secrets and directories. */
export function isPacked(file: string): boolean {
  return readHead(file).subarray(0, GZIP_MAGIC.length).equals(GZIP_MAGIC);
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

export function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
