import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import Database from 'better-sqlite3';
import { expect, it } from 'vitest';
import { archiveDatabase } from '../../../src/app/container/archive.js';
import { restoreDatabase } from '../../../src/app/restore-database.js';
import { loadMigrations } from '../../../src/store/migrations.js';
import { migrate } from '../../../src/store/sqlite/migrate.js';
import type { Store } from '../../../src/store/store.js';
import { migrationsUpTo } from '../../store/older-migrations.js';
import { cluster } from '../../store/records.js';
import { openTemporary, temporaryDirectory, temporaryFile } from '../../store/temporary-database.js';

async function databaseWith(file: string, ...clusters: readonly string[]): Promise<void> {
  const store = await openTemporary(file);
  await store.write(async (tx) => {
    for (const id of clusters) await tx.clusters.insert(cluster(id));
  });
  await store.close();
}

async function clustersIn(archive: string): Promise<readonly string[]> {
  const file = temporaryFile();
  writeFileSync(file, gunzipSync(readFileSync(archive)));
  return idsOf(await openTemporary(file));
}

function idsOf(store: Store): Promise<readonly string[]> {
  return store.read(async (tx) => (await tx.clusters.list()).map(({ id }) => id));
}

function archivesIn(folder: string): readonly string[] {
  return readdirSync(folder).filter((name) => name.endsWith('.gz'));
}

it('is a whole database with a checksum, under the name that Heketi gives it', async () => {
  const file = temporaryFile();
  const folder = join(temporaryDirectory(), 'deep', 'archive');
  await databaseWith(file, 'c1');
  const before = readFileSync(file);
  const archive = (await archiveDatabase(file, { folder, count: 5 })) ?? '';
  expect(archive).toMatch(/\/heketi\.db-archive-\d{4}-\d{2}-\d{2}\.\d{10,}\.gz$/);
  expect(await clustersIn(archive)).toEqual(['c1']);
  execFileSync('sha256sum', ['--check', '--strict', '--quiet', `${archive}.sha256`], { cwd: folder });
  expect(readFileSync(file)).toEqual(before);
  expect(readdirSync(folder)).toHaveLength(2);
});

it('holds what is only in the log of a server that was killed', async () => {
  const live = temporaryFile();
  const store = await openTemporary(live);
  await store.write((tx) => tx.clusters.insert(cluster('c1')));
  const file = temporaryFile();
  for (const part of ['', '-wal']) writeFileSync(`${file}${part}`, readFileSync(`${live}${part}`));
  const archive = await archiveDatabase(file, { folder: temporaryDirectory(), count: 5 });
  expect(await clustersIn(archive ?? '')).toEqual(['c1']);
  expect(readFileSync(`${file}-wal`).length).toBeGreaterThan(32);
});

it('can be put in place, and a server is held on it, also when somebody just unpacks it', async () => {
  const file = temporaryFile();
  await databaseWith(file, 'c1');
  const archive = (await archiveDatabase(file, { folder: temporaryDirectory(), count: 5 })) ?? '';
  const unpacked = temporaryFile();
  writeFileSync(unpacked, gunzipSync(readFileSync(archive)));
  const target = temporaryFile();
  await restoreDatabase({ backupFile: unpacked, dbFile: target, debug: false }, () => {});
  for (const place of [unpacked, target]) {
    const store = await openTemporary(place);
    expect(await idsOf(store)).toEqual(['c1']);
    expect(await store.read((tx) => tx.origin.copiedAt())).toEqual(expect.any(Number));
  }
});

it('is not made a second time of what has not changed, though a server was started meanwhile', async () => {
  const file = temporaryFile();
  const folder = temporaryDirectory();
  await databaseWith(file, 'c1');
  const settings = { folder, count: 5 };
  expect(await archiveDatabase(file, settings)).not.toBeNull();
  const store = await openTemporary(file);
  await store.write((tx) => tx.serverIdentity.begin(5));
  await store.close();
  expect(await archiveDatabase(file, settings)).toBeNull();
  expect(archivesIn(folder)).toHaveLength(1);
  await databaseWith(file, 'c2');
  expect(await archiveDatabase(file, settings)).not.toBeNull();
  expect(archivesIn(folder)).toHaveLength(2);
});

it('keeps as many as were asked for, the one just made among them, and those of Heketi for ever', async () => {
  const file = temporaryFile();
  const folder = temporaryDirectory();
  const heketis = 'heketi.db-archive-2019-01-01.1546300800.gz';
  writeFileSync(join(folder, heketis), gzipSync('a BoltDB file'));
  const future = 'heketi.db-archive-2999-01-01.32472144000.gz';
  const another = temporaryFile();
  await databaseWith(another, 'later');
  writeFileSync(join(folder, future), gzipSync(readFileSync(another)));
  writeFileSync(join(folder, `${future}.sha256`), '');
  const made: string[] = [];
  for (const id of ['c1', 'c2', 'c3', 'c4']) {
    await databaseWith(file, id);
    made.push((await archiveDatabase(file, { folder, count: 3 })) ?? '');
  }
  const kept = archivesIn(folder).map((name) => join(folder, name));
  // By the clock the newest is of the future, and this server's newest is the second.
  expect(new Set(kept)).toEqual(new Set([join(folder, heketis), join(folder, future), made[2], made[3]]));
  expect(readdirSync(folder).filter((name) => name.endsWith('.sha256'))).toHaveLength(3);
  await databaseWith(file, 'c5');
  const last = await archiveDatabase(file, { folder, count: 1 });
  expect(archivesIn(folder).map((name) => join(folder, name))).toEqual(
    [heketis, last?.split('/').at(-1)].map((name) => join(folder, name ?? '')),
  );
});

it.each([
  ['missing', () => undefined],
  ['of length zero', (file: string) => writeFileSync(file, '')],
])('nothing is kept of a database that is %s', async (_what, prepare) => {
  const file = temporaryFile();
  prepare(file);
  const folder = join(temporaryDirectory(), 'archive');
  expect(await archiveDatabase(file, { folder, count: 5 })).toBeNull();
  expect(() => readdirSync(folder)).toThrow();
});

it.each([
  ['damaged', (bytes: Buffer) => bytes.fill(0xa5, 4096)],
  ['cut', (bytes: Buffer) => bytes.subarray(0, bytes.length / 2)],
  ["Heketi's", () => readFileSync('test/golden/db/seed.db.gz')],
])('nothing is kept of a database that is %s, and no older archive is given up for it', async (_what, spoil) => {
  const file = temporaryFile();
  const folder = temporaryDirectory();
  await databaseWith(file, 'c1');
  await archiveDatabase(file, { folder, count: 1 });
  const before = readdirSync(folder);
  const spoilt = spoil(readFileSync(file));
  writeFileSync(file, spoilt);
  await expect(archiveDatabase(file, { folder, count: 1 })).rejects.toThrow();
  expect(readdirSync(folder)).toEqual(before);
  expect(readFileSync(file)).toEqual(Buffer.from(spoilt));
});

it('an older archive that can not be read is replaced by nothing, and what a killed start left is removed', async () => {
  const file = temporaryFile();
  const folder = temporaryDirectory();
  await databaseWith(file, 'c1');
  const first = (await archiveDatabase(file, { folder, count: 5 })) ?? '';
  writeFileSync(first, readFileSync(first).subarray(0, 400));
  writeFileSync(join(folder, 'heketi.db-archive-2026-01-01.1767225600.gz.partial'), 'half');
  const second = (await archiveDatabase(file, { folder, count: 5 })) ?? '';
  expect(await clustersIn(second)).toEqual(['c1']);
  expect(archivesIn(folder).toSorted()).toEqual([first, second].map((path) => path.split('/').at(-1)).toSorted());
  expect(readdirSync(folder).filter((name) => name.endsWith('.partial'))).toEqual([]);
});

it('leaves nothing of an archive for which there is no place', async () => {
  const file = temporaryFile();
  await databaseWith(file, 'c1');
  const folder = join(temporaryDirectory(), 'archive');
  writeFileSync(folder, 'in the way');
  await expect(archiveDatabase(file, { folder, count: 5 })).rejects.toThrow(/EEXIST|ENOTDIR/);
});

it('is of the schema that the database has, so that the version that wrote it can read it', async () => {
  const file = temporaryFile();
  const older = new Database(file);
  migrate(older, loadMigrations('sqlite', migrationsUpTo(1)), 0);
  older.exec("insert into cluster values ('c1', 1, 1)");
  older.close();
  const archive = (await archiveDatabase(file, { folder: temporaryDirectory(), count: 5 })) ?? '';
  const copy = new Database(gunzipSync(readFileSync(archive)));
  expect(copy.prepare('select max(version) from schema_migration').pluck().get()).toBe(1);
  copy.close();
  expect(await clustersIn(archive)).toEqual(['c1']);
});

it('names files by their content', async () => {
  const file = temporaryFile();
  const folder = temporaryDirectory();
  mkdirSync(join(folder, 'unrelated'));
  await databaseWith(file, 'c1');
  const archive = (await archiveDatabase(file, { folder, count: 5 })) ?? '';
  const [checksum] = readFileSync(`${archive}.sha256`, 'utf8').split(' ');
  expect(checksum).toBe(createHash('sha256').update(readFileSync(archive)).digest('hex'));
});
