import { type SelectQueryBuilder, sql } from 'kysely';
import type { AnyColumn } from './columns.js';
import { type Members, type Schema, type StoredIn, TABLES, type TableName } from './schema.js';
import { at, type Connection, query, type Statement, statement, type Values } from './statement.js';

type MemberIn<C> = C extends { readonly decode: ((stored: never) => infer Member) | null } ? Member : never;
type All<T extends TableName> = { readonly [M in keyof Members<T>]: MemberIn<Members<T>[M]> };
type MayLack<T extends TableName> = {
  [M in keyof All<T>]: unknown extends All<T>[M] ? never : undefined extends All<T>[M] ? M : never;
}[keyof All<T>];
type Apart<T extends TableName> = {
  [M in keyof Members<T>]: Members<T>[M] extends { readonly written: 'apart' } ? M : never;
}[keyof Members<T>];

/** A row as the rest of the program has it. */
export type RowOf<T extends TableName> = Omit<All<T>, MayLack<T>> & Partial<Pick<All<T>, MayLack<T>>>;

/** What inserts and updates are given. */
type Written<T extends TableName> = Omit<RowOf<T>, Apart<T>>;

/** A row by its members, but with what the columns hold. */
type StoredRow<T extends TableName> = { [M in keyof Members<T>]: StoredIn<Members<T>[M]> };

export interface Table<T extends TableName> {
  /** Selects whole rows; what is built from it is for `all` and `first`. */
  readonly rows: SelectQueryBuilder<Schema, T, StoredRow<T>>;
  all(connection: Connection, statement: Statement<StoredRow<T>>, values: Values): Promise<readonly RowOf<T>[]>;
  first(connection: Connection, statement: Statement<StoredRow<T>>, values: Values): Promise<RowOf<T> | null>;
  insert(connection: Connection, row: Written<T>): Promise<void>;
}

/** A table whose key is `id`. */
export interface EntityTable<T extends TableName> extends Table<T> {
  /** Throws when there is no such row, or when a lasting column differs: a write would be lost without a word. */
  update(connection: Connection, row: Written<T>): Promise<void>;
  delete(connection: Connection, id: string): Promise<void>;
}

export function tableOf<T extends TableName>(table: T): Table<T> {
  const columns = columnsOf(table);
  // Named by their members in SQL, so that most rows are ready as the database makes them.
  const selected = columns.map(([member, { name }]) => sql.ref(`${table}.${name}`).as(member));
  const decoders = columns.flatMap(([member, { decode }]) => (decode === null ? [] : [{ member, decode }]));
  const decoded = (row: StoredRow<T>): RowOf<T> => {
    const values = row as Record<string, unknown>;
    for (const { member, decode } of decoders) values[member] = decode(values[member] as never);
    return values as RowOf<T>;
  };
  const insert = statement(query.insertInto(table).values(parameters(columns.filter(isWritten)) as never));
  return {
    rows: (query.selectFrom(table) as SelectQueryBuilder<Schema, T, object>).select(selected) as never,
    async all(connection, statement, values) {
      const rows = await connection.all(statement, values);
      return decoders.length === 0 ? (rows as readonly unknown[] as readonly RowOf<T>[]) : rows.map(decoded);
    },
    async first(connection, statement, values) {
      const [row] = await connection.all(statement, values);
      return row === undefined ? null : decoded(row);
    },
    insert: (connection, row) => connection.write(insert, row as unknown as Values),
  };
}

export function entityTable<T extends TableName>(table: T): EntityTable<T> {
  const columns = columnsOf(table);
  const lasting = columns.filter(([, { written }]) => written === 'lasting');
  const changing = columns.filter(([member, { written }]) => written === 'always' && member !== 'id');
  const update = lasting.reduce(
    (updated, [member, { name }]) => updated.where(name as 'id', 'is not distinct from', at(member)),
    query
      .updateTable(table as 'cluster')
      .set(parameters(changing) as never)
      .where('id', '=', at('id')),
  );
  const updateOne = statement(update);
  const deleteOne = statement(query.deleteFrom(table as 'cluster').where('id', '=', at('id')));
  return {
    ...tableOf(table),
    update: (connection, row) =>
      connection.write(updateOne, row as unknown as Values, () => {
        const { id } = row as { id?: string };
        const same = lasting.map(([, { name }]) => name).join(', ') || 'id';
        return new Error(`there is no ${table} ${id} to update with the same ${same}`);
      }),
    delete: (connection, id) =>
      connection.write(deleteOne, { id }, () => new Error(`there is no ${table} ${id} to delete`)),
  };
}

/** With their members. */
function columnsOf(table: TableName): readonly [string, AnyColumn][] {
  return Object.entries(TABLES[table] as Readonly<Record<string, AnyColumn>>);
}

function isWritten([, { written }]: [string, AnyColumn]): boolean {
  return written !== 'apart';
}

/** By the names of columns. */
function parameters(columns: readonly [string, AnyColumn][]): Record<string, never> {
  return Object.fromEntries(columns.map(([member, { name, encode }]) => [name, at(member, encode)]));
}
