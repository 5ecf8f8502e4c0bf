import {
  type CompiledQuery,
  DummyDriver,
  Kysely,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from 'kysely';
import type { Schema } from './schema.js';

export type SqlValue = string | number | null;

/** What a query needs of a database engine; SQLite answers at once, another engine when it has the answer. */
export interface Connection {
  all<R>(statement: Statement<R>, parameters: readonly SqlValue[]): Promise<readonly R[]>;
  /** Answers the number of rows written. */
  run(statement: Statement<unknown>, parameters: readonly SqlValue[]): Promise<number>;
}

/** SQL that is compiled once, when the program starts; its parameters are given by position at each use. */
export interface Statement<R> {
  readonly sql: string;
  /** Never set: it carries the type of a row. */
  readonly row?: R;
}

/** Builds queries only; they are run by a Connection. */
export const query = new Kysely<Schema>({
  dialect: {
    createAdapter: () => new SqliteAdapter(),
    createDriver: () => new DummyDriver(),
    createIntrospector: (db) => new SqliteIntrospector(db),
    createQueryCompiler: () => new SqliteQueryCompiler(),
  },
});

/** Stands for a text parameter in a query that is built to be compiled. */
export const TEXT = '';
/** Stands for a number. */
export const NUMBER = 0;

export function statement<R>(builder: { compile(): CompiledQuery<R> }): Statement<R> {
  return { sql: builder.compile().sql };
}

type Row<T extends keyof Schema> = Schema[T];

/** The writes of one table whose key is `id`. */
export interface TableWrites<T extends keyof Schema> {
  insert(connection: Connection, row: Row<T>): Promise<void>;
  /** Throws when there is no such row, or when a lasting column differs: a write would be lost without a word. */
  update(connection: Connection, row: Row<T>): Promise<void>;
  delete(connection: Connection, id: string): Promise<void>;
}

/**
 * `lasting` columns are written by `insert` only: where a row belongs never changes, and naming an indexed column in an
 * update makes SQLite write its index again, at a page per index and commit.
 */
export function tableWrites<T extends keyof Schema & string>(
  table: T,
  columns: readonly (keyof Row<T> & string)[],
  lasting: readonly (keyof Row<T> & string)[] = [],
): TableWrites<T> {
  const insert = insertStatement(table, columns);
  const others = columns.filter((column) => column !== 'id' && !lasting.includes(column));
  const sameLasting = lasting.map((column) => ` and "${column}" is not distinct from ?`).join('');
  const update: Statement<unknown> = {
    sql: `update "${table}" set ${others.map((column) => `"${column}" = ?`).join(', ')} where "id" = ?${sameLasting}`,
  };
  const remove: Statement<unknown> = { sql: `delete from "${table}" where "id" = ?` };
  const value = (row: Row<T>, column: keyof Row<T> & string): SqlValue => row[column] as SqlValue;
  return {
    async insert(connection, row) {
      await connection.run(
        insert,
        columns.map((column) => value(row, column)),
      );
    },
    async update(connection, row) {
      const id = (row as { id?: string }).id ?? '';
      const values = (of: typeof columns) => of.map((column) => value(row, column));
      const changed = await connection.run(update, [...values(others), id, ...values(lasting)]);
      if (changed !== 1)
        throw new Error(`there is no ${table} ${id} to update with the same ${lasting.join(', ') || 'id'}`);
    },
    async delete(connection, id) {
      if ((await connection.run(remove, [id])) !== 1) throw new Error(`there is no ${table} ${id} to delete`);
    },
  };
}

export function insertStatement<T extends keyof Schema & string>(
  table: T,
  columns: readonly (keyof Row<T> & string)[],
): Statement<unknown> {
  const places = columns.map(() => '?').join(', ');
  return { sql: `insert into "${table}" (${columns.map((column) => `"${column}"`).join(', ')}) values (${places})` };
}

export async function first<R>(
  connection: Connection,
  query: Statement<R>,
  parameters: readonly SqlValue[],
): Promise<R | null> {
  return (await connection.all(query, parameters))[0] ?? null;
}
