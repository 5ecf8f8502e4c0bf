import type { SqlValue } from './columns.js';
import { TABLES, type TableName } from './schema.js';

/** A row as its columns hold it. */
export type StoredRow = Readonly<Record<string, SqlValue>>;

/** Some rows of a table; all of a database are told table by table, as many rows at a time as fit into memory well. */
export interface RowsOfTable {
  readonly table: TableName;
  readonly rows: readonly StoredRow[];
}

export const TABLE_NAMES = Object.keys(TABLES) as readonly TableName[];

/** Which nothing else refers to. */
export const TABLES_OF_HISTORY: readonly TableName[] = ['event', 'audit_entry'];

/** The names of a table's columns, quoted, for a select. */
export function columnList(table: TableName): string {
  return Object.values(TABLES[table])
    .map(({ name }) => `"${name}"`)
    .join(', ');
}
