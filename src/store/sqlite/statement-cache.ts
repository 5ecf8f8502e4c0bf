import type Database from 'better-sqlite3';

/** Prepared statements by their text. Preparing costs more than most queries here; the bound keeps memory in check. */
export class StatementCache {
  readonly #database: Database.Database;
  readonly #limit: number;
  readonly #prepared = new Map<string, Database.Statement>();

  constructor(database: Database.Database, limit: number) {
    this.#database = database;
    this.#limit = limit;
  }

  get size(): number {
    return this.#prepared.size;
  }

  prepare(sql: string): Database.Statement {
    const known = this.#prepared.get(sql);
    if (known !== undefined) {
      // Only a full cache has to know which statement was used last.
      if (this.#prepared.size >= this.#limit) {
        this.#prepared.delete(sql);
        this.#prepared.set(sql, known);
      }
      return known;
    }
    const prepared = this.#database.prepare(sql);
    if (this.#prepared.size >= this.#limit) {
      const oldest = this.#prepared.keys().next().value;
      if (oldest !== undefined) this.#prepared.delete(oldest);
    }
    this.#prepared.set(sql, prepared);
    return prepared;
  }
}
