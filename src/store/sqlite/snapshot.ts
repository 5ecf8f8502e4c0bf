import { read } from 'node:fs';
import { open } from 'node:fs/promises';
import { promisify } from 'node:util';
import Database from 'better-sqlite3';
import { readOnlyConnection } from '../statement.js';
import type { Snapshot } from '../store.js';
import { tables } from '../tables.js';
import { sqliteConnection } from './connection.js';
import { copyAsideSlowly } from './private-copy.js';
import { StatementCache } from './statement-cache.js';

/** It is gone through once, by a few statements for each kind of record. */
const STATEMENTS = 64;
const CHUNK_BYTES = 1024 * 1024;

/**
 * Of an open database, as its file and its log are now: the caller lets neither change until this has ended. SQLite's lock
 * lets nobody else have them open, not even in this process; so that they are copied, in the background.
 *
 * `fileDescriptor`: of the file. To open and close another one would take SQLite's lock away.
 */
export async function snapshotOfFile(database: Database.Database, fileDescriptor: number): Promise<Snapshot> {
  const { name } = database;
  const copy = await copyAsideSlowly(name, async (to) => {
    await copyThrough((buffer, at) => readAt(fileDescriptor, buffer, 0, buffer.length, at), to);
    const log = await open(`${name}-wal`, 'r');
    try {
      await copyThrough((buffer, at) => log.read(buffer, 0, buffer.length, at), `${to}-wal`);
    } finally {
      await log.close();
    }
  });
  try {
    return snapshotOver(new Database(copy.file));
  } finally {
    // It stays open, and nothing is left of it, however this process ends.
    copy.remove();
  }
}

/** Of a database in memory. */
export function snapshotOfBytes(bytes: Buffer): Snapshot {
  return snapshotOver(new Database(bytes));
}

function snapshotOver(database: Database.Database): Snapshot {
  try {
    database.pragma('locking_mode = EXCLUSIVE');
    // Nobody waits for a disk under a copy that is gone with its process.
    database.pragma('synchronous = OFF');
    // Opens the log, too.
    database.prepare('select 1 from sqlite_master').get();
  } catch (error) {
    database.close();
    throw error;
  }
  const connection = sqliteConnection(new StatementCache(database, STATEMENTS));
  return {
    tx: tables(readOnlyConnection(connection, 'A snapshot can only be read.')),
    close: () => void database.close(),
  };
}

const readAt = promisify(read);

async function copyThrough(
  readInto: (buffer: Buffer, at: number) => Promise<{ readonly bytesRead: number }>,
  to: string,
): Promise<void> {
  const target = await open(to, 'wx', 0o600);
  try {
    const buffer = Buffer.alloc(CHUNK_BYTES);
    for (let at = 0; ; ) {
      const { bytesRead } = await readInto(buffer, at);
      if (bytesRead === 0) return;
      for (let written = 0; written < bytesRead; )
        written += (await target.write(buffer, written, bytesRead - written, at + written)).bytesWritten;
      at += bytesRead;
    }
  } finally {
    await target.close();
  }
}
