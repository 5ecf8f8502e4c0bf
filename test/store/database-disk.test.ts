import { closeSync, openSync } from 'node:fs';
import Database from 'better-sqlite3';
import { expect, it, onTestFinished, vi } from 'vitest';
import { DatabaseDisk } from '../../src/store/sqlite/database-disk.js';
import { temporaryFile } from './temporary-database.js';

it('does not say of a commit in a log without a header that it lasts', async () => {
  const file = temporaryFile();
  const descriptor = openSync(file, 'a+');
  const database = new Database(file);
  onTestFinished(() => {
    database.close();
    closeSync(descriptor);
  });
  database.pragma('journal_mode = WAL');
  database.exec('create table t (a)');
  const onFailed = vi.fn();
  const disk = new DatabaseDisk(database, descriptor, { onFailed });
  onTestFinished(() => disk.close());
  database.exec('insert into t values (1)');
  disk.committed();
  await disk.complete();
  expect(disk.isSynced).toBe(true);
  const lasts = vi.fn();

  disk.committed(); // though nothing was written
  void disk.synced().then(lasts);
  for (let turn = 0; turn < 10; turn++) await new Promise((resolve) => setImmediate(resolve));

  expect(onFailed).toHaveBeenCalledWith(new Error('SQLite did not begin its log anew'));
  expect([disk.isSynced, lasts.mock.calls.length]).toEqual([false, 0]);
});
