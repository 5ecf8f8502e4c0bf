import { copyFileSync, existsSync, lstatSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { exportDatabase, importDatabaseFile } from '../../src/app/database-commands.js';
import { restoreDatabase } from '../../src/app/restore-database.js';
import type { Store } from '../../src/store/store.js';
import { cluster } from './records.js';
import { linkTo, openTemporary, temporaryDirectory, temporaryFile } from './temporary-database.js';

it('a restore beside the leftovers of a killed server is exactly the backup, and keeps what stood there', async () => {
  const { file, backupFile } = await killedAfterBackup();
  const said: string[] = [];
  expect(await restoreDatabase({ backupFile, dbFile: file, debug: false }, (text) => said.push(text))).toBe(0);
  expect(existsSync(`${file}-wal`)).toBe(false);
  const restored = await openTemporary(file);
  expect(await idsIn(restored)).toEqual(['c1']);
  expect(await restored.read((tx) => tx.origin.copiedAt())).not.toBeNull();
  expect(said.join('')).toContain(`kept as ${file}.replaced`);
  expect(await idsIn(await openTemporary(`${file}.replaced`))).toEqual(['c2']);
});

it('a restore changes nothing when the backup is damaged, or the database in use', async () => {
  const { file, backupFile } = await killedAfterBackup();
  const bytes = readFileSync(backupFile);
  bytes.fill(0xa5, 4096, bytes.length);
  const damaged = join(dirname(file), 'damaged.db');
  writeFileSync(damaged, bytes);
  await expect(restoreDatabase({ backupFile: damaged, dbFile: file, debug: false }, () => {})).rejects.toThrow(
    /damaged/,
  );
  expect(await idsIn(await openTemporary(file))).toEqual(['c2']);
  expect(readdirSync(dirname(file)).filter((name) => name.includes('restoring'))).toEqual([]);
});

it('a restore in the place of a link replaces what it leads to, log included', async () => {
  const { file, backupFile } = await killedAfterBackup();
  const link = linkTo(file);
  expect(await restoreDatabase({ backupFile, dbFile: link, debug: false }, () => {})).toBe(0);
  expect(lstatSync(link).isSymbolicLink()).toBe(true);
  expect(existsSync(`${file}-wal`)).toBe(false);
  expect(await idsIn(await openTemporary(link))).toEqual(['c1']);
  expect(await idsIn(await openTemporary(`${file}.replaced`))).toEqual(['c2']);
});

it('a restore is refused when a server has started while the backup was verified', async () => {
  const { file, backupFile } = await killedAfterBackup();
  const restoring = restoreDatabase({ backupFile, dbFile: file, debug: false }, () => {});
  while (!existsSync(`${file}.restoring`)) await new Promise<void>((turn) => setImmediate(turn));
  const server = await openTemporary(file);
  await expect(restoring).rejects.toThrow(/in use by another process/);
  await server.write((tx) => tx.clusters.insert(cluster('c3')));
  await server.close();
  expect(await idsIn(await openTemporary(file))).toEqual(['c2', 'c3']);
});

it('an import beside the log of a lost database is exactly what was imported', async () => {
  const { file, backupFile } = await killedAfterBackup();
  const jsonFile = join(dirname(file), 'dump.json');
  await exportDatabase({ dbFile: backupFile, jsonFile, debug: false }, () => {});
  const imported = join(temporaryDirectory(), 'heketi.db');
  copyFileSync(`${file}-wal`, `${imported}-wal`);
  expect(await importDatabaseFile({ dbFile: imported, jsonFile, debug: false })).toBe(0);
  expect(await idsIn(await openTemporary(imported))).toEqual(['c1']);
});

/** What a killed server leaves, and a backup from before its last changes. */
async function killedAfterBackup() {
  const live = temporaryFile();
  const store = await openTemporary(live);
  await store.write((tx) => tx.clusters.insert(cluster('c1')));
  const file = temporaryFile();
  const backupFile = join(dirname(file), 'backup.db');
  writeFileSync(backupFile, await store.backup());
  await store.write(async (tx) => {
    await tx.clusters.delete('c1');
    await tx.clusters.insert(cluster('c2'));
  });
  copyFileSync(live, file);
  copyFileSync(`${live}-wal`, `${file}-wal`);
  return { file, backupFile };
}

async function idsIn(store: Store): Promise<readonly string[]> {
  return (await store.read((tx) => tx.clusters.list())).map(({ id }) => id);
}
