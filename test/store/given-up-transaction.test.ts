import Database from 'better-sqlite3';
import { expect, it, onTestFinished } from 'vitest';
import { sqliteConnection, sqliteTransactions, transactionConnection } from '../../src/store/sqlite/connection.js';
import { StatementCache } from '../../src/store/sqlite/statement-cache.js';
import { UnitsOfWork } from '../../src/store/sqlite/units-of-work.js';
import { tables } from '../../src/store/tables.js';
import { cluster, volume } from './records.js';
import { openTemporary, temporaryFile } from './temporary-database.js';

it('a unit whose transaction a full disk has ended can not go on without it', async () => {
  const file = temporaryFile();
  await (await openTemporary(file)).close();
  const database = new Database(file);
  onTestFinished(() => void database.close());
  database.pragma(`max_page_count = ${database.pragma('page_count', { simple: true })}`);
  const statements = new StatementCache(database, 100);
  const connection = sqliteConnection(statements);
  const writing = tables(transactionConnection(connection, () => database.inTransaction));
  const units = new UnitsOfWork(tables(connection), writing, sqliteTransactions(database, statements));
  const unit = units.write(async (tx) => {
    await tx.clusters.insert(cluster('before'));
    try {
      for (let n = 0; ; n++) await tx.volumes.insert(volume(`f${n}`));
    } catch {
      // As code does that takes a full disk for a refusal of its own.
    }
    expect(database.inTransaction).toBe(false);
    await tx.clusters.insert(cluster('after'));
  });
  await expect(unit).rejects.toMatchObject({ code: 'unavailable' });
  expect(await units.read((tx) => tx.clusters.list())).toEqual([]);
});
