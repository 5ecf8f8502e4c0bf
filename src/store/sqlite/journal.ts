import type Database from 'better-sqlite3';
import { newId } from '../../domain/ids.js';
import type { DatabaseDisk } from './database-disk.js';
import { translateSqliteError } from './errors.js';

/** The row of table `journal`. */
export interface JournalRow {
  /** Names the log's contents since the file was last complete. */
  readonly id: string;
  /** The one before. */
  readonly previous: string;
  /** 1: the log may hold what the file lacks. */
  readonly is_open: number;
  readonly commits: number;
  /** Unix milliseconds at which this file was made as a copy of a database; null in others. */
  readonly copied_at: number | null;
}

/** Null in a database of an earlier version. */
export function readJournal(database: Database.Database): JournalRow | null {
  const isThere = database.prepare("select 1 from sqlite_master where type = 'table' and name = 'journal'").get();
  return isThere ? ((database.prepare('select * from journal').get() as JournalRow | undefined) ?? null) : null;
}

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
      this.#change('update journal set previous = id, id = ?, is_open = 1, commits = 0', newId());
      this.#isRowOpen = true;
    }
    await this.#disk.complete();
    this.#isMarked = true;
  }

  /** In a transaction that is to be committed. */
  note(): void {
    translating(() => void this.#database.prepare('update journal set commits = commits + 1').run());
  }

  /**
   * Puts everything into the file, says then that it is complete, and puts that into the file. Stops halfway, with
   * nothing lost, when somebody waits.
   */
  async seal(isSomebodyWaiting: () => boolean = () => false): Promise<void> {
    await this.#disk.complete();
    if (isSomebodyWaiting()) return;
    this.#isMarked = false;
    this.#isRowOpen = false;
    this.#change('update journal set is_open = 0 where is_open = 1');
    await this.#disk.complete();
    await this.#disk.emptyLog();
  }

  #change(sql: string, ...parameters: string[]): void {
    translating(() => {
      if (this.#database.prepare(sql).run(...parameters).changes > 0) this.#disk.committed();
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
