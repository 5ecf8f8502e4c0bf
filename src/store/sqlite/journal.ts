import type Database from 'better-sqlite3';
import { newId } from '../../domain/ids.js';
import type { Schema } from '../schema.js';
import type { DatabaseDisk } from './database-disk.js';
import { translateSqliteError } from './errors.js';
import { NO_SEAL, newSeal } from './seal.js';

/** As it stands in a file that may be no database of ours, or of an earlier version. */
export type JournalRow = Readonly<Schema['journal']>;

/** Null in a database of an earlier version. */
export function readJournal(database: Database.Database): JournalRow | null {
  const isThere = database.prepare("select 1 from sqlite_master where type = 'table' and name = 'journal'").get();
  return isThere ? ((database.prepare('select * from journal').get() as JournalRow | undefined) ?? null) : null;
}

/** Values of `is_open`: the file is complete, as backups and files of earlier versions are. */
export const COMPLETE = 0;
/** It needs its log. */
export const OPEN = 1;
/** It is complete, and carries a seal at its beginning and its end, see seal.ts. */
export const SEALED = 2;

/**
 * Keeps the file complete while nothing is written, and marks it as incomplete before anything is: a copy of the file
 * alone, or one beside the log of another, is known as such. Each commit rewrites the row, so that every part of the log
 * carries its name.
 *
 * `open` and `seal` wait for the disk; nothing else may be committed meanwhile.
 */
export class Journal {
  readonly #database: Database.Database;
  readonly #disk: DatabaseDisk;
  /** Prepared once: it is run with each commit. */
  #counting: Database.Statement | null = null;
  #isMarked = false;
  #isRowOpen = false;

  constructor(database: Database.Database, disk: DatabaseDisk) {
    this.#database = database;
    this.#disk = disk;
  }

  /** Before a transaction: the file itself says from now on that it needs its log. */
  async open(): Promise<void> {
    if (this.#isMarked) return;
    if (!this.#isRowOpen) {
      this.#change(NO_SEAL, 'update journal set previous = id, id = ?, is_open = ?, commits = 0', newId(), OPEN);
      this.#isRowOpen = true;
    }
    await this.#disk.complete();
    this.#isMarked = true;
  }

  /** In a transaction that is to be committed. */
  note(): void {
    translating(() => {
      this.#counting ??= this.#database.prepare('update journal set commits = commits + 1');
      this.#counting.run();
    });
  }

  /**
   * Puts everything into the file, says then that it is complete, puts that into the file, and seals it. Stops halfway,
   * with nothing lost, when somebody waits.
   */
  async seal(isSomebodyWaiting: () => boolean = () => false): Promise<void> {
    await this.#disk.complete();
    if (isSomebodyWaiting()) return;
    this.#isMarked = false;
    this.#isRowOpen = false;
    if (this.#disk.isSealed && readJournal(this.#database)?.is_open === SEALED) {
      await this.#disk.emptyLog();
      return;
    }
    const seal = newSeal();
    this.#change(seal, 'update journal set is_open = ?', SEALED);
    await this.#disk.complete();
    // Before the log is emptied: until then the file is made whole by it.
    await this.#disk.sealEnd(seal);
    await this.#disk.emptyLog();
  }

  #change(seal: number, sql: string, ...parameters: (string | number)[]): void {
    const change = this.#database.transaction(() => {
      this.#database.prepare(sql).run(...parameters);
      this.#database.pragma(`user_version = ${seal}`);
    });
    translating(() => {
      change.immediate();
      this.#disk.committed();
    });
  }
}

function translating(work: () => void): void {
  try {
    work();
  } catch (error) {
    throw translateSqliteError(error);
  }
}
