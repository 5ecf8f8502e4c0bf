import { createHash } from 'node:crypto';
import { type RowsOfTable, TABLE_NAMES } from './raw-rows.js';
import { TABLES, type TableName } from './schema.js';

/** What a file is called by its log is not what it holds. */
const OF_THE_FILE: readonly TableName[] = ['journal'];

/**
 * Hexadecimal digits, equal for databases whose tables hold the same rows, in whichever order and engine. A NUL counts as
 * U+FFFD, as which PostgreSQL has to keep it.
 */
export async function digestOfRows(all: AsyncIterable<RowsOfTable>): Promise<string> {
  const digests = new Map<TableName, string[]>(TABLE_NAMES.map((table) => [table, []]));
  for await (const { table, rows } of all) {
    const columns = Object.values(TABLES[table]).map(({ name }) => name);
    for (const row of rows) digests.get(table)?.push(digestOf(columns.map((name) => row[name] ?? null)));
  }
  const compared = TABLE_NAMES.filter((table) => !OF_THE_FILE.includes(table));
  return digestOf(compared.map((table) => [table, digests.get(table)?.sort()]));
}

function digestOf(value: unknown): string {
  const text = JSON.stringify(value).replaceAll('\\u0000', '\u{fffd}');
  return createHash('sha256').update(text).digest('hex');
}
