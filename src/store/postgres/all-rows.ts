import { columnList, type RowsOfTable, type StoredRow, TABLE_NAMES, TABLES_OF_HISTORY } from '../raw-rows.js';
import type { BackupContents } from '../store.js';
import type { Session } from './session.js';

const AT_ONCE = 500;

/** Every row of every table that is wanted, of the state that the session's transaction reads. */
export async function* allRows(session: Session, contents: BackupContents = 'all'): AsyncIterable<RowsOfTable> {
  for (const table of TABLE_NAMES) {
    if (contents === 'without-history' && TABLES_OF_HISTORY.includes(table)) continue;
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
