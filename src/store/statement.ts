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

/** By the names of a statement's parameters; what else stands in it is not looked at. */
export type Values = Readonly<Record<string, unknown>>;

/** What a query needs of a database engine; SQLite answers at once, another engine when it has the answer. */
export interface Connection {
  all<R>(statement: Statement<R>, values: Values): Promise<readonly R[]>;
  /** Answers the number of rows written. */
  run(statement: Statement<unknown>, values: Values): Promise<number>;
}

/** SQL that is compiled once, when the program starts; its parameters are given by name at each use. */
export interface Statement<R> {
  readonly sql: string;
  /** What stands for each `?`, in their order: a parameter, or a value that is always the same. */
  readonly places: readonly (Parameter | SqlValue)[];
  /** Never set: it carries the type of a row. */
  readonly row?: R;
}

class Parameter {
  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }
}

/** A parameter in a query that is built to be compiled, whatever the type of the column. */
export function at(name: string): never {
  return new Parameter(name) as never;
}

/** The values of a statement in the order of their places. Throws for a parameter without one: it would read nothing. */
export function placed({ sql, places }: Statement<unknown>, values: Values): SqlValue[] {
  const inOrder: SqlValue[] = new Array(places.length);
  for (let i = 0; i < places.length; i++) {
    const place = places[i] as Parameter | SqlValue;
    const value = place instanceof Parameter ? values[place.name] : place;
    if (value === undefined) throw new Error(`no value for ${(place as Parameter).name} in: ${sql}`);
    inOrder[i] = value as SqlValue;
  }
  return inOrder;
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

export function statement<R>(builder: { compile(): CompiledQuery<R> }): Statement<R> {
  const { sql, parameters } = builder.compile();
  return { sql, places: parameters as Statement<R>['places'] };
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
  const insert = insertInto(table, columns);
  const others = columns.filter((column) => column !== 'id' && !lasting.includes(column));
  const update: Statement<unknown> = {
    sql:
      `update "${table}" set ${others.map((column) => `"${column}" = ?`).join(', ')} where "id" = ?` +
      lasting.map((column) => ` and "${column}" is not distinct from ?`).join(''),
    places: [...others, 'id', ...lasting].map((column) => new Parameter(column)),
  };
  const remove: Statement<unknown> = { sql: `delete from "${table}" where "id" = ?`, places: [new Parameter('id')] };
  return {
    insert,
    async update(connection, row) {
      if ((await connection.run(update, row as unknown as Values)) === 1) return;
      const { id } = row as { id?: string };
      throw new Error(`there is no ${table} ${id} to update with the same ${lasting.join(', ') || 'id'}`);
    },
    async delete(connection, id) {
      if ((await connection.run(remove, { id })) !== 1) throw new Error(`there is no ${table} ${id} to delete`);
    },
  };
}

/** Inserts these columns of a row. */
export function insertInto<T extends keyof Schema & string, C extends keyof Row<T> & string>(
  table: T,
  columns: readonly C[],
): (connection: Connection, row: Pick<Row<T>, C>) => Promise<void> {
  const names = columns.map((column) => `"${column}"`).join(', ');
  const insert: Statement<unknown> = {
    sql: `insert into "${table}" (${names}) values (${columns.map(() => '?').join(', ')})`,
    places: columns.map((column) => new Parameter(column)),
  };
  return async (connection, row) => {
    await connection.run(insert, row as unknown as Values);
  };
}

export async function first<R>(connection: Connection, query: Statement<R>, values: Values): Promise<R | null> {
  return (await connection.all(query, values))[0] ?? null;
}
