import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { loadMigrations } from '../../src/store/migrate.js';
import { openSqliteStore } from '../../src/store/sqlite.js';
import { cluster } from './records.js';
import { openTemporary, temporaryDirectory, temporaryFile } from './temporary-database.js';

const initial = join(import.meta.dirname, '../../migrations/0001_initial.sql');

function migrationsWith(...scripts: readonly string[]): string {
  const directory = temporaryDirectory();
  copyFileSync(initial, join(directory, '0001_initial.sql'));
  for (const [index, sql] of scripts.entries()) writeFileSync(join(directory, `000${index + 2}_more.sql`), sql);
  return directory;
}

describe('migrations', () => {
  it('bring an older database up to date and keep what it holds', async () => {
    const file = temporaryFile();
    const old = await openTemporary(file);
    await old.write((tx) => tx.clusters.insert(cluster('c1')));
    await old.close();
    const lines: unknown[] = [];
    const logger = { info: (fields: object) => lines.push(fields) };
    const migrationsDir = migrationsWith('ALTER TABLE cluster ADD COLUMN comment TEXT NULL;');
    const store = await openTemporary(file, { migrationsDir, logger });
    expect(await store.read((tx) => tx.clusters.find('c1'))).toMatchObject({ id: 'c1' });
    expect(lines).toEqual([{ file, versions: [2] }]);
  });

  it('refuse a database of a newer schema, and leave it as it is', async () => {
    const file = temporaryFile();
    const newer = await openTemporary(file, { migrationsDir: migrationsWith('CREATE TABLE later (id TEXT);') });
    await newer.close();
    const before = readFileSync(file);
    await expect(openSqliteStore({ file })).rejects.toThrow(/schema 2.*up to 1.*newer version/);
    expect(readFileSync(file).equals(before)).toBe(true);
  });

  it('that fail leave the database at the version before', async () => {
    const file = temporaryFile();
    await expect(
      openSqliteStore({
        file,
        migrationsDir: migrationsWith('CREATE TABLE half (id TEXT); CREATE TABLE half (id TEXT);'),
      }),
    ).rejects.toThrow(/half/);
    const database = new Database(file);
    expect(database.prepare('select max(version) from schema_migration').pluck().get()).toBe(1);
    expect(database.prepare("select count(*) from sqlite_master where name = 'half'").pluck().get()).toBe(0);
    database.close();
  });

  it('must be numbered without gaps', () => {
    const directory = temporaryDirectory();
    writeFileSync(join(directory, '0001_a.sql'), '');
    writeFileSync(join(directory, '0003_c.sql'), '');
    expect(() => loadMigrations(directory)).toThrow('migration 2 is missing');
  });
});
