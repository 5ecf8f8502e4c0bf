import type Database from 'better-sqlite3';
import { DomainError } from '../../domain/errors.js';
import type { SqlValue } from '../columns.js';
import { type Connection, placed, writingAtOnce } from '../statement.js';
import type { DatabaseDisk } from './database-disk.js';
import { translateSqliteError } from './errors.js';
import type { Journal } from './journal.js';
import type { StatementCache } from './statement-cache.js';

/**
 * Runs statements at once and answers with a settled promise, so that a unit of work is done within one turn of the
 * event loop.
 */
export function sqliteConnection(statements: StatementCache): Connection {
  return writingAtOnce({
    async all(statement, values) {
      try {
        return readRows(statements.prepare(statement.sql), placed(statement, values)) as never;
      } catch (error) {
        throw translateSqliteError(error);
      }
    },
    async run(statement, values) {
      try {
        return statements.prepare(statement.sql).run(...placed(statement, values)).changes;
      } catch (error) {
        throw translateSqliteError(error);
      }
    },
  });
}

/**
 * Rows come over as lists and become objects here: made by better-sqlite3, one property at a time, objects take nearly
 * twice as long.
 */
function readRows(prepared: Database.Statement, parameters: readonly SqlValue[]): readonly Row[] {
  let names = columnNames.get(prepared);
  if (!names) {
    names = prepared
      .raw()
      .columns()
      .map(({ name }) => name);
    columnNames.set(prepared, names);
  }
  const rows: Row[] = [];
  for (const values of prepared.all(...parameters) as readonly (readonly SqlValue[])[]) {
    const row: Row = {};
    let column = 0;
    for (const name of names) row[name] = values[column++] ?? null;
    rows.push(row);
  }
  return rows;
}

type Row = Record<string, SqlValue>;

const columnNames = new WeakMap<Database.Statement, readonly string[]>();

/**
 * For units of work: a full disk or an I/O error may end the engine's transaction in their midst, and each statement
 * that came then would be a commit of its own.
 */
export function transactionConnection(connection: Connection, isOpen: () => boolean): Connection {
  const refuseOutside = (): void => {
    if (!isOpen()) throw new DomainError('unavailable', GIVEN_UP);
  };
  return writingAtOnce({
    async all(statement, values) {
      refuseOutside();
      return connection.all(statement, values);
    },
    async run(statement, values) {
      refuseOutside();
      return connection.run(statement, values);
    },
  });
}

export const GIVEN_UP =
  'The database was not changed: its disk failed in the midst of the change, which was taken back. Check the disk.';

/** The transaction commands of a group of units, see units-of-work.ts. */
export interface Transactions {
  begin(): void;
  commit(): void;
  rollback(): void;
  savepoint(): void;
  release(): void;
  rollbackToSavepoint(): void;
  /**
   * Makes sure that nothing of a commit that failed is found by a later opening of the file, once the disk was waited
   * for. Throws while that can't be said; the outcome of the commit is unknown until then.
   */
  removeFailedCommit(): void;
  /** False when the engine itself has given the transaction up: a full disk, for example. */
  isOpen(): boolean;
}

export function sqliteTransactions(
  database: Database.Database,
  statements: StatementCache,
  lasting: { readonly journal: Journal; readonly disk: DatabaseDisk } | null = null,
): Transactions {
  function command(sql: string): () => void {
    return () => {
      try {
        statements.prepare(sql).run();
      } catch (error) {
        throw translateSqliteError(error);
      }
    };
  }
  const commit = command('commit');
  return {
    begin: command('begin immediate'),
    commit() {
      lasting?.journal.note();
      commit();
      lasting?.disk.committed();
    },
    rollback: command('rollback'),
    savepoint: command('savepoint unit'),
    release: command('release unit'),
    rollbackToSavepoint: command('rollback to unit'),
    removeFailedCommit: () => lasting?.disk.removeFailedCommit(),
    isOpen: () => database.inTransaction,
  };
}
