import { columnList, type RowsOfTable, type StoredRow, TABLE_NAMES } from '../raw-rows.js';
import type { TableName } from '../schema.js';
import { at, type Statement } from '../statement.js';
import type { Session } from './session.js';
import { storedText } from './sql-text.js';

/** Puts these rows in the place of all there are, in the session's transaction. */
export async function replaceRows(session: Session, all: AsyncIterable<RowsOfTable>): Promise<void> {
  for (const table of TABLE_NAMES) await session.exec(`delete from "${table}"`);
  for await (const { table, rows } of all)
    await session.run(INSERTS[table], { rows: JSON.stringify(rows.map(withStoredTexts)) });
}

/** As many rows as there are in one parameter, so that one statement does for any number. */
const INSERTS = Object.fromEntries(TABLE_NAMES.map((table) => [table, insertInto(table)])) as Readonly<
  Record<TableName, Statement<unknown>>
>;

function insertInto(table: TableName): Statement<unknown> {
  const columns = columnList(table);
  const sql = `insert into "${table}" (${columns}) select ${columns} from json_populate_recordset(null::"${table}", ?)`;
  return { sql, places: [at('rows')] };
}

function withStoredTexts(row: StoredRow): StoredRow {
  return Object.fromEntries(Object.entries(row).map(([column, value]) => [column, storedText(value)]));
}
