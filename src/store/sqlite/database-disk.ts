import { closeSync, fstatSync, fsyncSync, ftruncateSync, openSync, readSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import type Database from 'better-sqlite3';
import { DomainError } from '../../domain/errors.js';
import { translateSqliteError } from './errors.js';
import { PoolSync } from './pool-sync.js';
import { endOfPages, HEADER_BYTES, isSealedFile, sealBytes } from './seal.js';

/** SQLite's file format: the header of a log, and of each of its frames. */
const LOG_HEADER_BYTES = 32;
const FRAME_HEADER_BYTES = 24;

/** Frames, one for each page of a commit. A change touches some thirty pages, the same ones again and again. */
const LONG_LOG_FRAMES = 8000;
/** As many times as long, it is put into the file though somebody waits. */
const TOO_LONG = 4;

export interface DatabaseDiskOptions {
  /** A sync failed, so that what was written may be lost: has to end the process. */
  readonly onFailed: (error: Error) => void;
  readonly longLogFrames?: number | undefined;
}

/**
 * The disk under SQLite. SQLite itself only writes (`synchronous = OFF`), since its waits would stop the event loop;
 * the waits it would do are done here, in its order:
 *
 *  - the log after each commit, before anybody is told of it;
 *  - the log before pages are copied from it into the file, and the file before the log is begun anew;
 *  - the log's header, made invalid, before new frames are written over old ones: a power cut may lose any of what was
 *    written since the last sync, and old frames must not be replayed over a newer file.
 *
 * The log has a descriptor of its own: SQLite has no locks on it.
 */
export class DatabaseDisk {
  readonly #database: Database.Database;
  readonly #fileDescriptor: number;
  readonly #logDescriptor: number;
  readonly #file: PoolSync;
  readonly #log: PoolSync;
  readonly #copyIntoFile: Database.Statement;
  readonly #frames: Database.Statement;
  /** All of the log is in the file: SQLite's next commit begins it anew, which must not come before the header is gone. */
  #isLogCopied = false;
  /** The next commit has to write a header. */
  #isHeaderDue = false;
  readonly #longLogFrames: number;
  /** Frames at which the log is put into the file; more of them after that has failed. */
  #copyDueAt: number;

  /**
   * `fileDescriptor`: of the file, for reading and writing, opened before SQLite has opened it, and closed by the caller after SQLite has closed
   * it: closing one in between would take SQLite's lock away.
   */
  constructor(database: Database.Database, fileDescriptor: number, options: DatabaseDiskOptions) {
    const { onFailed, longLogFrames = LONG_LOG_FRAMES } = options;
    this.#database = database;
    this.#longLogFrames = longLogFrames;
    this.#copyDueAt = longLogFrames;
    this.#fileDescriptor = fileDescriptor;
    this.#logDescriptor = openSync(`${database.name}-wal`, 'r+');
    syncFolder(database.name);
    this.#file = new PoolSync(fileDescriptor, onFailed);
    this.#log = new PoolSync(this.#logDescriptor, onFailed);
    this.#copyIntoFile = database.prepare('pragma wal_checkpoint(RESTART)').raw();
    this.#frames = database.prepare('pragma wal_checkpoint(NOOP)').raw();
    database.pragma('wal_autocheckpoint = 0');
    database.pragma('synchronous = OFF');
    // A killed process may have left in it what no sync has covered.
    this.#log.cut();
  }

  /** After each commit, which is made by then: it never throws. */
  committed(): void {
    const doubt = this.#isHeaderDue ? this.#doubtOfHeader() : null;
    this.#isHeaderDue = false;
    if (doubt === null) this.#log.written();
    else this.#log.lost(doubt);
  }

  /** Whether all that was committed is on disk. */
  get isSynced(): boolean {
    return this.#log.isDone;
  }

  /** Resolves when all that has been committed until now is on disk. */
  synced(): Promise<void> {
    return this.#log.done();
  }

  /** Whether to call `complete`. */
  isLogLong(isSomebodyWaiting: boolean): boolean {
    return this.#frameCount() >= this.#copyDueAt * (isSomebodyWaiting ? TOO_LONG : 1);
  }

  /** Before a transaction: finishes a `complete` that failed. */
  async ready(): Promise<void> {
    if (this.#isLogCopied) await this.complete();
  }

  /**
   * Puts the log into the file, so that the file alone is complete on the disk. The caller lets nothing be committed
   * until it has ended; reads may go on.
   */
  async complete(): Promise<void> {
    await this.#log.done();
    if (!this.#isLogCopied) {
      if (this.#frameCount() === 0) return;
      this.#copy();
      this.#file.written();
    }
    await this.#file.done();
    await this.#makeHeaderInvalid();
    this.#isLogCopied = false;
    this.#isHeaderDue = true;
    this.#copyDueAt = this.#longLogFrames;
  }

  /** Whether the file is sealed, see seal.ts. */
  get isSealed(): boolean {
    return isSealedFile((at, length) => {
      const buffer = Buffer.alloc(length);
      return buffer.subarray(0, readSync(this.#fileDescriptor, buffer, 0, length, at));
    });
  }

  /** After `complete`: puts the seal, which is in the first page by then, behind the last one. */
  async sealEnd(seal: number): Promise<void> {
    const header = Buffer.alloc(HEADER_BYTES);
    try {
      readSync(this.#fileDescriptor, header, 0, HEADER_BYTES, 0);
      const bytes = sealBytes(seal);
      writeSync(this.#fileDescriptor, bytes, 0, bytes.length, endOfPages(header));
    } catch (cause) {
      const reason = (cause as Error).message;
      throw new DomainError('unavailable', `The database could not be made complete without its log (${reason}).`, {
        cause,
      });
    }
    this.#file.written();
    await this.#file.done();
  }

  /** After `complete`: leaves nothing of the log. */
  async emptyLog(): Promise<void> {
    translating(() => this.#database.pragma('wal_checkpoint(TRUNCATE)'));
    this.#isHeaderDue = false;
    this.#log.cut();
    await this.#log.done();
  }

  /**
   * Takes out of the log what a failed commit left there: SQLite forgets it in its memory only, and would replay it at
   * the next opening after a kill. Frames count only as an unbroken chain, so it is enough that the first of them is
   * gone; cutting the log needs no space on a full disk. When it throws, the outcome of the commit is not known; when it
   * returns, the commit is gone as soon as `synced` says so.
   */
  removeFailedCommit(): void {
    const end = LOG_HEADER_BYTES + this.#frameCount() * (FRAME_HEADER_BYTES + this.#pageBytes());
    if (fstatSync(this.#logDescriptor).size <= end) return;
    ftruncateSync(this.#logDescriptor, end);
    this.#log.cut();
  }

  /** After SQLite has closed the file. */
  close(): void {
    closeSync(this.#logDescriptor);
  }

  #copy(): void {
    this.#copyDueAt = this.#frameCount() + this.#longLogFrames / 8;
    const [isBusy, frames, copied] = translating(() => this.#copyIntoFile.get() as [number, number, number]);
    if (isBusy !== 0 || copied !== frames) throw new DomainError('unavailable', 'The database is being read.');
    this.#isLogCopied = true;
  }

  async #makeHeaderInvalid(): Promise<void> {
    try {
      writeSync(this.#logDescriptor, Buffer.alloc(LOG_HEADER_BYTES), 0, LOG_HEADER_BYTES, 0);
    } catch (cause) {
      const reason = (cause as Error).message;
      throw new DomainError('unavailable', `The database was not changed: its log could not be written (${reason}).`, {
        cause,
      });
    }
    this.#log.written();
    await this.#log.done();
  }

  /** Null when SQLite has begun its log anew. */
  #doubtOfHeader(): Error | null {
    const header = Buffer.alloc(LOG_HEADER_BYTES);
    try {
      readSync(this.#logDescriptor, header, 0, LOG_HEADER_BYTES, 0);
    } catch (error) {
      return error as Error;
    }
    return header.every((byte) => byte === 0) ? new Error('SQLite did not begin its log anew') : null;
  }

  #frameCount(): number {
    const [, frames] = this.#frames.get() as [number, number, number];
    return Math.max(frames, 0);
  }

  #pageBytes(): number {
    return this.#database.pragma('page_size', { simple: true }) as number;
  }
}

/** The names of the file and its log. */
function syncFolder(file: string): void {
  const folder = openSync(dirname(file), 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}

function translating<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw translateSqliteError(error);
  }
}
