import { randomBytes } from 'node:crypto';
import { type FileHandle, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { BackupFailure, type BackupFailureReason } from './backup-failure.js';
import { type BackupName, databaseMark, listBackups, nextBackupName } from './backup-names.js';
import type { BackupTarget, DatabaseCopy, KeptBackup } from './backup-target.js';
import { checksumFile, checksumLine, sha256 } from './checksum.js';
import { pack, unpack } from './compression.js';

export interface DirectoryOptions {
  readonly directory: string;
  /** How many backups of a database stay; from 1 on. */
  readonly keep: number;
  /** Rejects when the bytes are no sound database. */
  readonly inspect: (bytes: Buffer) => Promise<void>;
  readonly onLeftOver: (file: string, error: unknown) => void;
}

/**
 * Backups as files with checksums. One appears under its name only when it is whole, on the disk and has been read back;
 * only then are the oldest removed. The directory may be shared: each server counts and removes those of its own database.
 */
export class DirectoryTarget implements BackupTarget {
  readonly name = 'directory';
  readonly limitBytes = null;
  readonly contents = 'all';
  readonly #options: DirectoryOptions;
  /** Unfinished files of this process; those of others that died are removed. */
  readonly #life = randomBytes(4).toString('hex');

  constructor(options: DirectoryOptions) {
    this.#options = options;
  }

  async keep(copy: DatabaseCopy, signal: AbortSignal): Promise<number> {
    const packed = await pack(copy.bytes);
    try {
      await this.#write(packed, copy, signal);
    } catch (error) {
      throw this.#failureOf(error, packed.length);
    }
    try {
      await this.#removeOldest(copy.databaseId);
    } catch (error) {
      this.#options.onLeftOver(this.#options.directory, error);
    }
    return packed.length;
  }

  async newest(databaseId: string): Promise<KeptBackup | null> {
    const newest = (await this.#list(databaseId)).at(-1);
    if (!newest) return null;
    return { at: newest.at, sizeBytes: (await stat(this.#path(newest.file))).size };
  }

  async #write(packed: Buffer, { bytes, databaseId }: DatabaseCopy, signal: AbortSignal): Promise<void> {
    const { directory, inspect } = this.#options;
    await this.#removeUnfinished(databaseId);
    const earlier = await this.#list(databaseId);
    const name = nextBackupName(earlier, databaseId, new Date(), randomBytes(4).toString('hex'));
    const partial = this.#path(this.#unfinishedName(databaseId));
    const digest = sha256(packed);
    try {
      await writeSynced(partial, packed);
      await writeSynced(checksumFile(partial), Buffer.from(checksumLine(digest, name)));
      await verify(partial, digest, bytes, inspect);
      signal.throwIfAborted();
      // The checksum first: there is never a backup without one.
      await rename(checksumFile(partial), this.#path(checksumFile(name)));
      await rename(partial, this.#path(name));
      await syncDirectory(directory);
    } catch (error) {
      await this.#remove(partial);
      await this.#remove(checksumFile(partial));
      throw error;
    }
  }

  /** Never the newest one, which has just been read back. */
  async #removeOldest(databaseId: string): Promise<void> {
    const backups = await this.#list(databaseId);
    const kept = backups.slice(-this.#options.keep);
    for (const { file } of backups.slice(0, -this.#options.keep)) {
      if (await this.#remove(this.#path(file))) await this.#remove(this.#path(checksumFile(file)));
    }
    await this.#removeLoneChecksums(databaseId, kept);
  }

  /** What a crash between the two left. Newer ones may be those of a backup that another server is just putting in place. */
  async #removeLoneChecksums(databaseId: string, kept: readonly BackupName[]): Promise<void> {
    const oldest = kept[0]?.number ?? 0;
    const names = await readdir(this.#options.directory);
    const checksums = names.filter((name) => name.endsWith('.sha256')).map((name) => name.slice(0, -'.sha256'.length));
    for (const { file, number } of listBackups(checksums, databaseId)) {
      if (number < oldest && !names.includes(file)) await this.#remove(this.#path(checksumFile(file)));
    }
  }

  async #removeUnfinished(databaseId: string): Promise<void> {
    const own = this.#unfinishedName(databaseId);
    for (const name of await readdir(this.#options.directory)) {
      if (isUnfinished(name, databaseId) && !name.startsWith(own)) await this.#remove(this.#path(name));
    }
  }

  #unfinishedName(databaseId: string): string {
    return `.heketi-${databaseMark(databaseId)}-${this.#life}.unfinished`;
  }

  async #list(databaseId: string): Promise<readonly BackupName[]> {
    return listBackups(await readdir(this.#options.directory), databaseId);
  }

  #path(name: string): string {
    return join(this.#options.directory, name);
  }

  /** A file that can't be removed takes space, and nothing else. */
  async #remove(path: string): Promise<boolean> {
    try {
      await rm(path, { force: true });
      return true;
    } catch (error) {
      this.#options.onLeftOver(path, error);
      return false;
    }
  }

  #failureOf(error: unknown, sizeBytes: number): BackupFailure {
    if (error instanceof BackupFailure) return error;
    const { directory } = this.#options;
    const { code = '', message } = error as NodeJS.ErrnoException;
    const [reason, advice] = ADVICE.get(code) ?? FAILED;
    const text = `the database was not backed up to ${directory}: ${message}${advice === '' ? '' : `; ${advice}`}`;
    return new BackupFailure(reason, text, { cause: error, sizeBytes });
  }
}

type Verdict = readonly [reason: BackupFailureReason, advice: string];

const MISSING: Verdict = [
  'missing',
  'make or mount the directory; the server makes none, to fill no disk below a mount',
];
const DENIED: Verdict = ['denied', 'let the user of the server write there'];
const FAILED: Verdict = ['failed', ''];
const FULL: Verdict = ['no-space', 'free some space, keep fewer backups or use another disk'];

const ADVICE: ReadonlyMap<string, Verdict> = new Map([
  ['ENOENT', MISSING],
  ['ENOTDIR', MISSING],
  ['ESTALE', MISSING],
  ['EACCES', DENIED],
  ['EPERM', DENIED],
  ['EROFS', DENIED],
  ['ENOSPC', FULL],
  ['EDQUOT', FULL],
  ['EFBIG', FULL],
]);

function isUnfinished(name: string, databaseId: string): boolean {
  return name.startsWith(`.heketi-${databaseMark(databaseId)}-`) && /\.unfinished(\.sha256)?$/.test(name);
}

/** Readable by its owner only, as it holds the credentials of block volumes. */
async function writeSynced(file: string, bytes: Buffer): Promise<void> {
  const handle = await open(file, 'w', 0o600);
  try {
    await handle.writeFile(bytes);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Reads a file back that was just written. */
async function verify(
  file: string,
  digest: string,
  written: Buffer,
  inspect: DirectoryOptions['inspect'],
): Promise<void> {
  const packed = await readFile(file);
  if (sha256(packed) !== digest) throw unsound(file, 'it reads back as something else: its disk is broken');
  const bytes = await unpack(packed);
  if (!bytes.equals(written)) throw unsound(file, 'it unpacks to something else');
  try {
    await inspect(bytes);
  } catch (error) {
    throw unsound(file, `the database is damaged (${(error as Error).message}); earlier backups are kept`);
  }
}

function unsound(file: string, why: string): BackupFailure {
  return new BackupFailure('unsound', `the backup ${file} was not kept: ${why}`);
}

async function syncDirectory(directory: string): Promise<void> {
  let handle: FileHandle | null = null;
  try {
    handle = await open(directory, 'r');
    await handle.sync();
  } finally {
    await handle?.close();
  }
}
