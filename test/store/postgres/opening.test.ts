import { cpSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openStore } from '../../../src/store/open-store.js';
import { openPostgresStore } from '../../../src/store/postgres/postgres-store.js';
import { fileOfRows } from '../../../src/store/sqlite/file-of-rows.js';
import { isLackingPostgres, sharedPostgres } from '../../support/postgres-server.js';
import { MIGRATIONS } from '../older-migrations.js';
import { cluster, device, queueEntry } from '../records.js';
import { temporaryDirectory } from '../temporary-database.js';
import { closedAfter } from './closed-after.js';

describe.skipIf(isLackingPostgres('opening a store on PostgreSQL'))('a database on PostgreSQL', () => {
  it('of another program is refused, and left as it is', async () => {
    const server = await sharedPostgres();
    const database = await server.newDatabase();
    await server.query('create table theirs (id text)', database);
    await expect(openStore({ postgres: server.target(database) })).rejects.toThrow(/tables of another program/);
    const tables = await server.query(
      "select table_name from information_schema.tables where table_schema = 'public'",
      database,
    );
    expect(tables).toEqual([{ table_name: 'theirs' }]);
  });

  it('of a newer schema is refused', async () => {
    const server = await sharedPostgres();
    const postgres = server.target(await server.newDatabase());
    const migrationsDir = temporaryDirectory();
    cpSync(MIGRATIONS, migrationsDir, { recursive: true });
    writeFileSync(join(migrationsDir, `${nextOf(migrationsDir)}_more.sql`), 'CREATE TABLE later (id TEXT);');
    const newer = await openPostgresStore({ postgres, migrationsDir }, fileOfRows);
    await newer.close();
    await expect(openStore({ postgres })).rejects.toThrow(/a newer version has written it/);
  });

  it('whose migration fails is left at the one before', async () => {
    const server = await sharedPostgres();
    const database = await server.newDatabase();
    const postgres = server.target(database);
    const migrationsDir = temporaryDirectory();
    cpSync(MIGRATIONS, migrationsDir, { recursive: true });
    const broken = 'CREATE TABLE half (id TEXT); CREATE TABEL other (id TEXT);';
    writeFileSync(join(migrationsDir, `${nextOf(migrationsDir)}_more.sql`), broken);
    await expect(openPostgresStore({ postgres, migrationsDir }, fileOfRows)).rejects.toThrow(/TABEL/);
    const half = await server.query("select 1 from information_schema.tables where table_name = 'half'", database);
    expect(half).toEqual([]);
    const store = closedAfter(await openStore({ postgres }));
    expect(await store.read((tx) => tx.clusters.list())).toEqual([]);
  });

  it('refuses a number that is not exact, rather than to show one near it', async () => {
    const server = await sharedPostgres();
    const database = await server.newDatabase();
    const store = closedAfter(await openStore({ postgres: server.target(database) }));
    await store.write((tx) => tx.devices.insert(device('d1', { totalKib: Number.MAX_SAFE_INTEGER })));
    expect((await store.read((tx) => tx.devices.find('d1')))?.totalKib).toBe(Number.MAX_SAFE_INTEGER);
    await server.query('update device set total_kib = 9007199254740993', database);
    await expect(store.read((tx) => tx.devices.find('d1'))).rejects.toThrow(/9007199254740993.*no safe integer/);
    await store.write((tx) => tx.clusters.insert(cluster('c1')));
  });

  it('takes a text with a NUL, which its texts cannot hold', async () => {
    const server = await sharedPostgres();
    const store = closedAfter(await openStore({ postgres: server.target(await server.newDatabase()) }));
    await store.write((tx) => tx.queue.insert({ ...queueEntry('q1'), state: 'failed', error: 'bad\0output' }));
    expect((await store.read((tx) => tx.queue.find('q1')))?.error).toBe('bad\u{fffd}output');
  });

  it('lists ids by their code points, whatever its language', async () => {
    const server = await sharedPostgres();
    const database = await server.newDatabase("template template0 locale_provider icu icu_locale 'en-US'");
    const store = closedAfter(await openStore({ postgres: server.target(database) }));
    const ids = ['B', 'a', 'a-b', 'aa', 'Ä', 'ä'];
    await store.write(async (tx) => {
      for (const id of ids.toReversed()) await tx.clusters.insert(cluster(id));
    });
    expect((await store.read((tx) => tx.clusters.list())).map(({ id }) => id)).toEqual(ids);
  });
});

function nextOf(directory: string): string {
  const { length } = readdirSync(directory);
  return String(length + 1).padStart(4, '0');
}
