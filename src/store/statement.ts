import {
  type CompiledQuery,
  DummyDriver,
  Kysely,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from 'kysely';
import { DomainError } from '../domain/errors.js';
import type { SqlValue } from './columns.js';
import type { Schema } from './schema.js';

/** By the names of a statement's parameters; what else stands in it is not looked at. */
export type Values = Readonly<Record<string, unknown>>;

/** What a query needs of a database engine; SQLite answers at once, another engine when it has the answer. */
export interface Connection {
  all<R>(statement: Statement<R>, values: Values): Promise<readonly R[]>;
  /** Answers the number of rows written. */
  run(statement: Statement<unknown>, values: Values): Promise<number>;
  /**
   * Writes without waiting for an engine that is elsewhere: what is read after it sees it, and the unit of work fails, at its
   * end if not before, where the statement fails, or writes another number of rows than one though `missing` says what is
   * wrong then.
   */
  write(statement: Statement<unknown>, values: Values, missing?: () => Error): Promise<void>;
}

/** A connection whose `run` has its answer at once. */
export function writingAtOnce(connection: Omit<Connection, 'write'>): Connection {
  return {
    ...connection,
    async write(statement, values, missing) {
      const written = await connection.run(statement, values);
      if (missing !== undefined && written !== 1) throw missing();
    },
  };
}

/** SQL that is compiled once, when the program starts; its parameters are given by name at each use. */
export interface Statement<R> {
  readonly sql: string;
  /** What stands for each `?`, in their order: a parameter, or a value that is always the same. */
  readonly places: readonly (Parameter | SqlValue)[];
  /** Never set: it carries the type of a row. */
  readonly row?: R;
}

type Encode = ((value: never) => SqlValue) | null;

class Parameter {
  readonly name: string;
  readonly #encode: Encode;

  constructor(name: string, encode: Encode) {
    this.name = name;
    this.#encode = encode;
  }

  in(values: Values): SqlValue | undefined {
    const value = values[this.name];
    return this.#encode === null ? (value as SqlValue | undefined) : this.#encode(value as never);
  }
}

/** A parameter in a query that is built to be compiled, whatever the type of the column. */
export function at(name: string, encode: Encode = null): never {
  return new Parameter(name, encode) as never;
}

/** The values of a statement in the order of their places. Throws for a parameter without one: it would read nothing. */
export function placed({ sql, places }: Statement<unknown>, values: Values): SqlValue[] {
  const inOrder: SqlValue[] = new Array(places.length);
  for (let i = 0; i < places.length; i++) {
    const place = places[i] as Parameter | SqlValue;
    const value = place instanceof Parameter ? place.in(values) : place;
    if (value === undefined) throw new Error(`no value for ${(place as Parameter).name} in: ${sql}`);
    inOrder[i] = value;
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

export async function first<R>(connection: Connection, query: Statement<R>, values: Values): Promise<R | null> {
  return (await connection.all(query, values))[0] ?? null;
}

/** Of a store that must not be written: its reads are `connection`'s. */
export function readOnlyConnection(connection: Connection, refusal: string): Connection {
  return {
    all: (statement, values) => connection.all(statement, values),
    async run() {
      throw new DomainError('unavailable', refusal);
    },
    async write() {
      throw new DomainError('unavailable', refusal);
    },
  };
}
