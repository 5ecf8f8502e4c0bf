import { columnList, type RowsOfTable, type StoredRow, TABLE_NAMES } from '../raw-rows.js';
import type { Session } from './session.js';

const AT_ONCE = 500;

/** Every row of every table, of the state that the session's transaction reads. */
export async function* allRows(session: Session): AsyncIterable<RowsOfTable> {
  for (const table of TABLE_NAMES) {
    await session.exec(`declare all_rows no scroll cursor for select ${columnList(table)} from "${table}"`);
    for (;;) {
      const [found] = await session.exec(`fetch ${AT_ONCE} from all_rows`);
      const rows = (found?.rows ?? []) as readonly StoredRow[];
      if (rows.length === 0) break;
      yield { table, rows };
    }
    await session.exec('close all_rows');
  }
}
