import { closeSync, existsSync, fstatSync, fsyncSync, ftruncateSync, openSync, writeSync } from 'node:fs';
import type Database from 'better-sqlite3';

/** SQLite's file format: the header of a log, and of each of its frames. */
const LOG_HEADER_BYTES = 32;
const FRAME_HEADER_BYTES = 24;

/**
 * Takes out of the log what a failed commit left there: when the disk fails after the frames were written, SQLite
 * forgets them in its memory only, and would replay them at the next opening after a kill. When the function returns,
 * nothing of that commit can come back; when it throws, that is not known, and it is to be called again.
 *
 * Frames count only as an unbroken chain, so it is enough that the first of them is gone. Cutting the log needs no
 * space on a full disk. After a sync has failed, a second one may report success though nothing was written, so a
 * further try writes anew what it syncs.
 */
export function failedCommitRemover(database: Database.Database): () => void {
  const log = `${database.name}-wal`;
  let hasFailed = false;
  return () => {
    if (database.memory || !existsSync(log)) return;
    const end = endOfLog(database);
    const descriptor = openSync(log, 'r+');
    try {
      if (!hasFailed && fstatSync(descriptor).size <= end) return;
      const isRepeated = hasFailed;
      hasFailed = true;
      ftruncateSync(descriptor, end);
      if (isRepeated) writeSync(descriptor, Buffer.alloc(LOG_HEADER_BYTES), 0, LOG_HEADER_BYTES, end);
      fsyncSync(descriptor);
      hasFailed = false;
    } finally {
      closeSync(descriptor);
    }
  };
}

/** Behind the last frame that SQLite knows. */
function endOfLog(database: Database.Database): number {
  const [{ log: frames } = { log: 0 }] = database.pragma('wal_checkpoint(NOOP)') as { log: number }[];
  const pageBytes = database.pragma('page_size', { simple: true }) as number;
  return frames <= 0 ? 0 : LOG_HEADER_BYTES + frames * (FRAME_HEADER_BYTES + pageBytes);
}
