import Database from 'better-sqlite3';
import { newId } from '../../domain/ids.js';
import { TABLES_OF_HISTORY } from '../raw-rows.js';
import type { BackupContents, BackupFile, BackupPurpose } from '../store.js';
import { COMPLETE } from './journal.js';

/** A copy of an open database that needs no log and has a name of its own. */
export function backupOf(database: Database.Database, purpose: BackupPurpose, contents: BackupContents): Buffer {
  const copy = new Database(selfContained(database.serialize()));
  try {
    if (contents === 'without-history') {
      for (const table of TABLES_OF_HISTORY) copy.exec(`delete from "${table}"`);
      // What is deleted is in free pages still. No disk is asked for room.
      copy.pragma('temp_store = memory');
      copy.exec('vacuum');
    }
    nameAsCopy(copy, purpose);
    return copy.serialize();
  } finally {
    copy.close();
  }
}

/** The file format's read and write versions: 1 is "no write-ahead log", so that the copy opens anywhere. */
export function selfContained(bytes: Buffer): Buffer {
  bytes[18] = 1;
  bytes[19] = 1;
  return bytes;
}

/** Its log is that of no other database, and who starts on it knows whether it may be old. */
export function nameAsCopy(copy: Database.Database, purpose: BackupPurpose): void {
  copy.prepare("update journal set id = ?, previous = '', is_open = ?, commits = 0").run(newId(), COMPLETE);
  if (purpose === 'archive') copy.prepare('update journal set copied_at = ?').run(Date.now());
}

/** Of bytes that are in memory anyway. */
export function backupFileOf(bytes: Buffer): BackupFile {
  return {
    sizeBytes: bytes.length,
    async *pieces() {
      yield bytes;
    },
    close: () => undefined,
  };
}
