import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { beginTopology, dueTopology } from '../../../src/app/container/first-topology.js';
import { restoreBackup } from '../../../src/app/container/restore-backup.js';
import { cluster } from '../../store/records.js';
import { openTemporary, temporaryDirectory, temporaryFile } from '../../store/temporary-database.js';

async function backupWith(id: string): Promise<string> {
  const store = await openTemporary();
  await store.write((tx) => tx.clusters.insert(cluster(id)));
  // As Kubernetes mounts a secret.
  const folder = temporaryDirectory();
  mkdirSync(join(folder, '..data'));
  writeFileSync(join(folder, '..data', 'heketi.db.gz'), gzipSync(await store.backup()));
  symlinkSync('..data/heketi.db.gz', join(folder, 'heketi.db.gz'));
  return join(folder, 'heketi.db.gz');
}

async function databaseWith(id: string): Promise<string> {
  const file = temporaryFile();
  const store = await openTemporary(file);
  await store.write((tx) => tx.clusters.insert(cluster(id)));
  await store.close();
  return file;
}

async function contentsOf(file: string) {
  const store = await openTemporary(file);
  const contents = await store.read(async (tx) => ({
    clusters: (await tx.clusters.list()).map(({ id }) => id),
    isHeld: (await tx.origin.copiedAt()) !== null,
  }));
  await store.close();
  return contents;
}

async function start(database: string, file: string, mode: 'missing' | 'replace' = 'missing'): Promise<string> {
  const said: string[] = [];
  await restoreBackup(database, { file, mode }, (text) => void said.push(text));
  return said.join('\n');
}

it.each([
  ['missing', () => undefined],
  ['of length zero', (file: string) => writeFileSync(file, '')],
])('a backup is put in the place of a database that is %s, and the server is held on it', async (_what, prepare) => {
  const file = temporaryFile();
  prepare(file);
  const said = await start(file, await backupWith('backed-up'));
  expect(said).toContain('heketi-cli server restore status');
  expect(await contentsOf(file)).toEqual({ clusters: ['backed-up'], isHeld: true });
  expect(readdirSync(dirname(file)).toSorted()).toEqual(['heketi.db', 'heketi.db.backupdb']);
});

it('a first topology whose load was cut off is not loaded into what a backup has replaced: the server is held on it', async () => {
  const file = temporaryFile();
  beginTopology({ file: 'topology.json', database: file, isCutOff: false });
  expect(dueTopology(file, 'topology.json')).toMatchObject({ isCutOff: true });
  await start(file, await backupWith('backed-up'));
  expect(dueTopology(file, 'topology.json')).toBeNull();
});

it('a database that is there is never rolled back', async () => {
  const file = await databaseWith('newer');
  const said = await start(file, await backupWith('older'));
  expect(said).toContain('is left alone: it would take back what has happened since it was made');
  expect(said).toContain('MORTAR_BACKUPDB=replace');
  expect(await contentsOf(file)).toEqual({ clusters: ['newer'], isHeld: false });
});

it('nothing happens without a backup', async () => {
  const file = await databaseWith('kept');
  for (const none of ['/no/such/heketi.db.gz', temporaryDirectory()])
    expect(await start(file, none, 'replace')).toBe('');
  expect(await contentsOf(file)).toEqual({ clusters: ['kept'], isHeld: false });
});

it('replaces a database when that is asked for, keeps it, and does so once for each backup', async () => {
  const file = await databaseWith('damaged');
  const backup = await backupWith('first');
  await start(file, backup, 'replace');
  expect(await contentsOf(file)).toEqual({ clusters: ['first'], isHeld: true });
  expect(await contentsOf(`${file}.replaced`)).toEqual({ clusters: ['damaged'], isHeld: false });

  const store = await openTemporary(file);
  await store.write(async (tx) => {
    await tx.origin.setCopiedAt(null);
    await tx.clusters.insert(cluster('since'));
  });
  await store.close();
  expect(await start(file, backup, 'replace')).toContain('was put in place at an earlier start');
  expect(await contentsOf(file)).toEqual({ clusters: ['first', 'since'], isHeld: false });

  await start(file, await backupWith('second'), 'replace');
  expect(await contentsOf(file)).toEqual({ clusters: ['second'], isHeld: true });
});

it.each<[string, (whole: Buffer) => Buffer | string]>([
  ['cut', (whole) => whole.subarray(0, whole.length / 2)],
  ['no gzip', () => 'no gzip'],
  ['gzip of something else', () => gzipSync('{"clusterentries": {}}')],
  ["a damaged one of Heketi's own", () => gzipSync(readFileSync('test/golden/db/bad-truncated.db'))],
  ['damaged inside', (whole) => gzipSync(Buffer.from(whole).fill(0, 0, 3000))],
])('a backup that is %s is refused, and nothing is changed by it', async (_what, spoil) => {
  const backup = await backupWith('whole');
  const spoilt = spoil(readFileSync(backup));
  const other = join(temporaryDirectory(), 'heketi.db.gz');
  writeFileSync(other, spoilt);
  const file = await databaseWith('kept');
  await expect(start(file, other, 'replace')).rejects.toThrow(/the backup .*heketi\.db\.gz can't be put in place: /);
  expect(await contentsOf(file)).toEqual({ clusters: ['kept'], isHeld: false });
  expect(readdirSync(dirname(file))).toEqual(['heketi.db']);

  const missing = temporaryFile();
  await expect(start(missing, other)).rejects.toThrow();
  expect(existsSync(missing)).toBe(false);
});

it("takes a backup of Heketi's own, as its secret has it, converts it, and is held on it", async () => {
  const other = join(temporaryDirectory(), 'heketi.db.gz');
  writeFileSync(other, gzipSync(readFileSync('test/golden/db/backup.db')));
  const file = temporaryFile();
  await start(file, other);
  const { clusters, isHeld } = await contentsOf(file);
  expect(clusters).toHaveLength(1);
  expect(isHeld).toBe(true);
  expect(readdirSync(dirname(file)).filter((name) => !name.endsWith('.backupdb'))).toEqual(['heketi.db']);
});

it('leaves a database alone that another process has open', async () => {
  const file = await databaseWith('in-use');
  const holder = await openTemporary(file);
  const backup = await backupWith('other');
  await expect(start(file, backup, 'replace')).rejects.toThrow(/in use by another process/);
  expect(await holder.read(async (tx) => (await tx.clusters.list()).length)).toBe(1);
});
