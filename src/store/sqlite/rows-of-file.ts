import Database from 'better-sqlite3';
import { columnList, type RowsOfTable, type StoredRow, TABLE_NAMES } from '../raw-rows.js';

const AT_ONCE = 500;

/** Every row of every table of a database file, of its bytes as `Store.backup` answers them. */
export async function* rowsOfFile(bytes: Buffer): AsyncGenerator<RowsOfTable> {
  const database = new Database(bytes);
  try {
    for (const table of TABLE_NAMES) {
      const page = database.prepare<[number, number], StoredRow & { place: number }>(
        `select rowid as place, ${columnList(table)} from "${table}" where rowid > ? order by rowid limit ?`,
      );
      for (let after = 0; ; ) {
        const found = page.all(after, AT_ONCE);
        if (found.length === 0) break;
        yield { table, rows: found.map(({ place: _, ...row }) => row) };
        after = found.at(-1)?.place ?? 0;
      }
    }
  } finally {
    database.close();
  }
}
