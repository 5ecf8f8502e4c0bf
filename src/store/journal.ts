import type Database from 'better-sqlite3';
import { newId } from '../domain/ids.js';
import { translateSqliteError } from './sqlite-errors.js';

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
 */
export class Journal {
  readonly #database: Database.Database;
  #isMarked = false;
  #isRowOpen = false;

  constructor(database: Database.Database) {
    this.#database = database;
  }

  /** Before a transaction: the file itself says from now on that it needs its log. */
  open(): void {
    if (this.#isMarked) return;
    translating(() => {
      if (!this.#isRowOpen) {
        this.#database.prepare('update journal set previous = id, id = ?, is_open = 1, commits = 0').run(newId());
        this.#isRowOpen = true;
      }
      this.#checkpoint();
      this.#isMarked = true;
    });
  }

  /** In a transaction that is to be committed. */
  note(): void {
    translating(() => void this.#database.prepare('update journal set commits = commits + 1').run());
  }

  /** Between transactions: puts everything into the file, and says then that it is complete. */
  seal(): void {
    this.#checkpoint();
    this.#database.prepare('update journal set is_open = 0 where is_open = 1').run();
    this.#isMarked = false;
    this.#isRowOpen = false;
    this.#checkpoint();
  }

  #checkpoint(): void {
    this.#database.pragma('wal_checkpoint(TRUNCATE)');
  }
}

function translating(work: () => void): void {
  try {
    work();
  } catch (error) {
    throw translateSqliteError(error);
  }
}
