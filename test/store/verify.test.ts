import { copyFileSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { gzipSync } from 'node:zlib';
import Database from 'better-sqlite3';
import { beforeEach, expect, it } from 'vitest';
import { verifyDatabase } from '../../src/app/verify-database.js';
import { checksumFile, checksumLine, sha256 } from '../../src/backup/checksum.js';
import { loadMigrations } from '../../src/store/migrations.js';
import { migrate } from '../../src/store/sqlite/migrate.js';
import { migrationsUpTo } from './older-migrations.js';
import { brick, cluster, device, node, volume } from './records.js';
import { openTemporary, temporaryFile } from './temporary-database.js';

const BOLT = resolve(import.meta.dirname, '../golden/db/backup.db');

let backup: Buffer;
let file = '';

beforeEach(async () => {
  const store = await openTemporary();
  await store.write(async (tx) => {
    await tx.clusters.insert(cluster('c1'));
    await tx.nodes.insert(node('a1'));
    await tx.devices.insert(device('d1'));
    for (const id of ['f1', 'f2']) await tx.volumes.insert(volume(id));
    await tx.bricks.insert([brick('b1', { volumeId: 'gone' })]);
  });
  backup = await store.backup();
  file = temporaryFile();
});

async function verify(name = file): Promise<string> {
  const said: string[] = [];
  expect(await verifyDatabase({ file: name }, (text) => said.push(text))).toBe(0);
  return said.join('');
}

it('tells of a backup when it was made, what it holds and what contradicts itself, and changes nothing', async () => {
  writeFileSync(file, backup, { mode: 0o400 });
  const said = await verify();
  expect(said).toContain(`${file} can be used`);
  expect(said).toMatch(/^made: 20\d\d-.*Z, as a copy: a server on it is held/m);
  expect(said).toMatch(/^checksum: none, for there is no /m);
  expect(said).toMatch(/^schema: \d+$/m);
  expect(said).toMatch(
    /^contents: 1 cluster, 1 node, 1 device, 1 brick, 2 volumes, 0 block volumes, 0 pending operations, /m,
  );
  expect(said).not.toContain(' 0 contradictions');
  expect(readFileSync(file).equals(backup)).toBe(true);
  expect(readdirSync(dirname(file))).toEqual(['heketi.db']);
});

it('takes a compressed one, and the checksum beside it', async () => {
  const packed = gzipSync(backup);
  writeFileSync(file, packed);
  writeFileSync(checksumFile(file), checksumLine(sha256(packed), file));
  const said = await verify();
  expect(said).toMatch(/^checksum: as in .*\.sha256$/m);
  expect(said).toContain(`${packed.length} bytes, ${backup.length} as a database`);
});

it('takes the database of a server that runs, with what is only in its log yet', async () => {
  const store = await openTemporary(file);
  await store.write((tx) => tx.clusters.insert(cluster('c1')));
  expect(await verify()).toMatch(/^contents: 1 cluster, /m);
  await store.write((tx) => tx.clusters.insert(cluster('c2')));
  expect(await verify()).toMatch(/^contents: 2 clusters, /m);
});

it('tells of an older schema that it will be brought up to date, and leaves it as it is', async () => {
  const old = new Database(file);
  migrate(old, loadMigrations('sqlite', migrationsUpTo(1)), 0);
  old.close();
  const before = readFileSync(file);
  expect(await verify()).toMatch(/^schema: 1, brought up to \d+ when it is used$/m);
  expect(readFileSync(file).equals(before)).toBe(true);
});

it.each<[string, () => Buffer, RegExp]>([
  ['a damaged page', () => Buffer.from(backup).fill(0xa5, 8192, 16_384), /damaged/],
  ['an index that lacks a row', () => withoutIndexRow(), /damaged .*index/],
  ['the first half of one', () => firstHalf(backup), /damaged/],
  ['the first half of a compressed one', () => firstHalf(gzipSync(backup)), /can't be unpacked/],
  ['an empty file', () => Buffer.alloc(0), /it is empty/],
  ['a Heketi database', () => readFileSync(BOLT), /it is a Heketi database \(BoltDB\)/],
  ['a compressed Heketi database', () => gzipSync(readFileSync(BOLT)), /it is a Heketi database \(BoltDB\)/],
  ['an export', () => Buffer.from('{"clusterentries":{}}'), /looks like JSON/],
  ['a text', () => Buffer.from('hello, this is no database at all'), /not an SQLite file/],
  ['a database of another program', () => foreignDatabase(), /of another program/],
  ['a database of a newer version', () => newerDatabase(), /schema 9999.*a newer version has written it/],
])('refuses %s, by its own name', async (_, contents, reason) => {
  writeFileSync(file, contents());
  const refusal = await verifyDatabase({ file }, () => {}).then(String, (error: Error) => error.message);
  expect(refusal).toMatch(reason);
  expect(refusal).toContain(file);
  expect(readdirSync(dirname(file))).toEqual(['heketi.db']);
});

it('refuses a copy that was made without its log while its server was writing', async () => {
  const live = temporaryFile();
  const store = await openTemporary(live, { sealAfterMs: 3_600_000 });
  await store.write((tx) => tx.clusters.insert(cluster('c1')));
  copyFileSync(live, file);
  await expect(verify()).rejects.toThrow(/it was copied without its log/);
});

it('refuses what is not what its checksum is of, and a checksum file that holds none', async () => {
  writeFileSync(file, backup);
  writeFileSync(checksumFile(file), checksumLine(sha256(gzipSync(backup)), file));
  await expect(verify()).rejects.toThrow(/is not what its checksum/);
  writeFileSync(checksumFile(file), 'none\n');
  await expect(verify()).rejects.toThrow(/holds no SHA-256 checksum/);
});

it('refuses a file that is not there', async () => {
  await expect(verify()).rejects.toThrow(`there is no file ${file}`);
});

function firstHalf(bytes: Buffer): Buffer {
  return bytes.subarray(0, bytes.length / 2);
}

function changed(change: (database: Database.Database) => void): Buffer {
  const database = new Database(backup);
  try {
    change(database);
    return database.serialize();
  } finally {
    database.close();
  }
}

/** As no statement makes it: a row that its table has and an index lacks. */
function withoutIndexRow(): Buffer {
  return changed((database) => {
    database.unsafeMode(true);
    database.pragma('writable_schema = ON');
    const find = database.prepare(
      "select * from sqlite_master where type = 'index' and tbl_name = 'brick' and sql is not null",
    );
    const index = find.get() as { readonly name: string };
    database.prepare('delete from sqlite_master where name = ?').run(index.name);
    database.pragma('writable_schema = RESET');
    database.exec("create temp table copied as select * from brick; update copied set id = 'b2'");
    database.exec('insert into brick select * from copied');
    database.pragma('writable_schema = ON');
    database
      .prepare(
        'insert into sqlite_master (type, name, tbl_name, rootpage, sql) values (@type, @name, @tbl_name, @rootpage, @sql)',
      )
      .run(index);
    database.pragma('writable_schema = RESET');
  });
}

function foreignDatabase(): Buffer {
  const database = new Database(':memory:');
  database.exec('create table t (a)');
  const bytes = database.serialize();
  database.close();
  return bytes;
}

function newerDatabase(): Buffer {
  return changed((database) => {
    database.prepare("insert into schema_migration (version, name, applied_at) values (9999, 'later', 0)").run();
  });
}
