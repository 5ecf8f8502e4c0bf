import { copyFileSync, cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { type Dialect, loadMigrations } from '../../src/store/migrations.js';
import { migrate } from '../../src/store/sqlite/migrate.js';
import { openSqliteStore } from '../../src/store/sqlite/sqlite-store.js';
import { MIGRATIONS, migrationsUpTo } from './older-migrations.js';
import { cluster } from './records.js';
import { openTemporary, temporaryDirectory, temporaryFile } from './temporary-database.js';

const NEWEST = newestOf('sqlite');
/** Numbers are given once, whatever the engine. */
const NEXT = Math.max(NEWEST, newestOf('postgres')) + 1;

function newestOf(dialect: Dialect): number {
  return loadMigrations(dialect).at(-1)?.version ?? 0;
}

/** The project's own migrations and one more. */
function migrationsWith(sql: string): string {
  const directory = temporaryDirectory();
  cpSync(MIGRATIONS, directory, { recursive: true });
  writeFileSync(join(directory, `${String(NEXT).padStart(4, '0')}_more.sql`), sql);
  return directory;
}

describe('migrations', () => {
  it('bring an older database up to date and keep what it holds', async () => {
    const file = temporaryFile();
    const old = await openTemporary(file);
    await old.write((tx) => tx.clusters.insert(cluster('c1')));
    await old.close();
    const lines: unknown[] = [];
    const logger = { info: (fields: object) => lines.push(fields), error: () => undefined };
    const migrationsDir = migrationsWith('ALTER TABLE cluster ADD COLUMN comment TEXT NULL;');
    const store = await openTemporary(file, { migrationsDir, logger });
    expect(await store.read((tx) => tx.clusters.find('c1'))).toMatchObject({ id: 'c1' });
    expect(lines).toEqual([{ file, versions: [NEXT] }]);
  });

  it('know of devices of the first schema how large their spare metadata is', async () => {
    const file = temporaryFile();
    const old = new Database(file);
    migrate(old, loadMigrations('sqlite', migrationsUpTo(1)), 0);
    const addDevice = old.prepare(
      "INSERT INTO device VALUES (?, 'n', '/dev/sdb', 'online', 9, 9, 0, 4, '{}', '[]', '', NULL)",
    );
    for (const id of ['used', 'empty']) addDevice.run(id);
    const addBrick = old.prepare(
      "INSERT INTO brick VALUES (?, 'v', 'used', 'n', '', 1, 1, ?, '', '', 'normal', NULL, NULL)",
    );
    addBrick.run('small', 4096);
    addBrick.run('large', 8192);
    old.close();
    const store = await openTemporary(file);
    expect(await store.read((tx) => tx.devices.find('used'))).toMatchObject({ spareMetadataKib: 8192 });
    expect(await store.read((tx) => tx.devices.find('empty'))).toMatchObject({ spareMetadataKib: 0 });
  });

  it('know of operations of the ninth schema where they come from, and what their clients were told', async () => {
    const file = temporaryFile();
    const old = new Database(file);
    migrate(old, loadMigrations('sqlite', migrationsUpTo(9)), 0);
    const add = old.prepare("INSERT INTO operation (id, type, status, created_at, plan) VALUES (?, ?, '', 1, ?)");
    const act = old.prepare("INSERT INTO operation_action VALUES (?, 0, ?, 'x', NULL)");
    const ask = old.prepare('INSERT INTO queue_entry VALUES (?, ?, ?, NULL, NULL, 1, NULL)');
    const CLUSTER = '{"clusterId":"c"}';
    const expected: Record<string, readonly [string, string | null]> = {};
    const has = (
      id: string,
      type: number,
      plan: string | null,
      change: number,
      entry: string | null,
      ...told: readonly [string, string | null]
    ) => {
      add.run(id, type, plan);
      act.run(id, change);
      if (entry) ask.run(`q-${id}`, id, entry);
      expected[id] = told;
    };
    has('create-running', 1, '{}', 2, 'pending', 'request', null);
    has('create-refused', 1, '{}', 2, 'failed', 'request', 'failure');
    has('create-refused-and-fetched', 1, '{}', 2, null, 'request', 'failure');
    has('expand-running', 3, null, 5, 'pending', 'request', null);
    has('expand-refused', 3, null, 5, 'failed', 'request', 'failure');
    has('delete-running', 2, CLUSTER, 4, 'pending', 'request', null);
    has('delete-refused', 2, CLUSTER, 4, null, 'request', 'failure');
    has('delete-done-but-for-bricks', 2, CLUSTER, 3, 'done', 'leftover', null);
    has('parked-bricks', 2, CLUSTER, 3, null, 'leftover', null);
    has('delete-of-heketi', 2, null, 4, null, 'heketi', null);
    has('create-of-heketi', 1, null, 2, null, 'heketi', null);
    has('removal-of-heketi', 6, null, 8, null, 'heketi', null);
    has('clone-refused', 7, '{"copies":[]}', 9, null, 'request', 'failure');
    has('node-delete-refused', 101, null, 101, null, 'request', 'failure');
    has('device-add-running', 102, '{}', 102, 'pending', 'request', null);
    old.prepare("INSERT INTO queue_entry VALUES ('q-job', NULL, 'pending', NULL, NULL, 1, NULL)").run();
    old.close();
    const store = await openTemporary(file);
    const operations = await store.read((tx) => tx.operations.list());
    expect(Object.fromEntries(operations.map(({ id, origin, answered }) => [id, [origin, answered]]))).toEqual(
      expected,
    );
  });

  it('refuse a database of a newer schema, and leave it as it is', async () => {
    const file = temporaryFile();
    const newer = await openTemporary(file, { migrationsDir: migrationsWith('CREATE TABLE later (id TEXT);') });
    await newer.close();
    const before = readFileSync(file);
    await expect(openSqliteStore({ file })).rejects.toThrow(
      new RegExp(`schema ${NEXT}.*up to ${NEWEST}.*newer version`),
    );
    expect(readFileSync(file).equals(before)).toBe(true);
  });

  it('refuse a database of a newer schema whose server was killed, and leave it its log', async () => {
    const later = { migrationsDir: migrationsWith('CREATE TABLE later (id TEXT);'), sealAfterMs: 600_000 };
    const live = temporaryFile();
    const store = await openTemporary(live, later);
    await store.write((tx) => tx.clusters.insert(cluster('c1')));
    const killed = temporaryFile();
    for (const part of ['', '-wal']) copyFileSync(live + part, killed + part);
    await expect(openSqliteStore({ file: killed })).rejects.toThrow(/newer version/);
    const opened = await openTemporary(killed, later);
    expect(await opened.read((tx) => tx.clusters.find('c1'))).toMatchObject({ id: 'c1' });
    expect(readdirSync(dirname(killed)).sort()).toEqual(['heketi.db', 'heketi.db-wal']);
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
    expect(database.prepare('select max(version) from schema_migration').pluck().get()).toBe(NEWEST);
    expect(database.prepare("select count(*) from sqlite_master where name = 'half'").pluck().get()).toBe(0);
    database.close();
  });

  it('must be numbered without gaps', () => {
    const directory = temporaryDirectory();
    writeFileSync(join(directory, '0001_a.sql'), '');
    writeFileSync(join(directory, '0003_c.sql'), '');
    expect(() => loadMigrations('sqlite', directory)).toThrow('migration 2 is missing');
  });
});
