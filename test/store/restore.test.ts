import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, existsSync, lstatSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, it, onTestFinished } from 'vitest';
import { exportDatabase } from '../../src/app/database-commands.js';
import { importDatabaseFile } from '../../src/app/import-database.js';
import { restoreDatabase } from '../../src/app/restore-database.js';
import { checksumFile, checksumLine, sha256 } from '../../src/backup/checksum.js';
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

it('a compressed backup is unpacked, and compared with the checksum beside it', async () => {
  const { file, backupFile } = await killedAfterBackup();
  const packed = gzipSync(readFileSync(backupFile));
  writeFileSync(`${backupFile}.gz`, packed);
  const checksum = checksumFile(`${backupFile}.gz`);
  const restore = () => restoreDatabase({ backupFile: `${backupFile}.gz`, dbFile: file, debug: false }, () => {});
  writeFileSync(checksum, checksumLine(sha256(Buffer.from('another')), `${backupFile}.gz`));
  await expect(restore()).rejects.toThrow(/is not what its checksum/);
  expect(await idsIn(await openTemporary(file, { readOnly: true }))).toEqual(['c2']);
  writeFileSync(checksum, checksumLine(sha256(packed), `${backupFile}.gz`));
  expect(await restore()).toBe(0);
  expect(await idsIn(await openTemporary(file))).toEqual(['c1']);
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

/** A process that has Heketi's database open as a Heketi has. */
async function openAsHeketi(file: string): Promise<ChildProcess> {
  const heketi = spawn('flock', ['--no-fork', file, 'sh', '-c', 'echo locked; exec sleep 600'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  onTestFinished(() => void heketi.kill('SIGKILL'));
  await once(heketi.stdout, 'data');
  return heketi;
}

it("a restore is refused over Heketi's own database as long as a Heketi has it open", async () => {
  const { file, backupFile } = await killedAfterBackup();
  const original = readFileSync('test/golden/db/block.db');
  writeFileSync(file, original);
  const heketi = await openAsHeketi(file);
  const restore = () => restoreDatabase({ backupFile, dbFile: file, debug: false }, () => {});
  await expect(restore()).rejects.toThrow(/can't be replaced: another process has it locked/);
  expect(readFileSync(file).equals(original)).toBe(true);
  heketi.kill('SIGKILL');
  await once(heketi, 'exit');
  expect(await restore()).toBe(0);
  expect(readFileSync(`${file}.replaced`).equals(original)).toBe(true);
});

it("a restore of Heketi's own database is refused as long as a Heketi writes to it: a copy may be of two states", async () => {
  const { file } = await killedAfterBackup();
  const backupFile = join(temporaryDirectory(), 'heketi.db');
  copyFileSync('test/golden/db/block.db', backupFile);
  const heketi = await openAsHeketi(backupFile);
  const restore = () => restoreDatabase({ backupFile, dbFile: file, debug: false }, () => {});
  await expect(restore()).rejects.toThrow(
    `${backupFile} is a Heketi database that can't be converted: another process`,
  );
  expect(await idsIn(await openTemporary(file, { readOnly: true }))).toEqual(['c2']);
  heketi.kill('SIGKILL');
  await once(heketi, 'exit');
  expect(await restore()).toBe(0);
});

it('a second restore that is begun while one is under way is refused, and spoils nothing of it', async () => {
  const { file, backupFile } = await killedAfterBackup();
  const restore = () => restoreDatabase({ backupFile, dbFile: file, debug: false }, () => {});
  const first = restore();
  while (!existsSync(`${file}.restoring`)) await new Promise<void>((turn) => setImmediate(turn));
  await expect(restore()).rejects.toThrow(/another restore, conversion or import of .* is under way/);
  expect(await first).toBe(0);
  expect(await idsIn(await openTemporary(file))).toEqual(['c1']);
});

it('an import beside the log of a lost database is exactly what was imported', async () => {
  const { file, backupFile } = await killedAfterBackup();
  const jsonFile = join(dirname(file), 'dump.json');
  await exportDatabase(
    { dbFile: backupFile, jsonFile, debug: false },
    () => {},
    () => {},
  );
  const imported = join(temporaryDirectory(), 'heketi.db');
  copyFileSync(`${file}-wal`, `${imported}-wal`);
  expect(
    await importDatabaseFile(
      { dbFile: imported, source: { jsonFile }, leavesOutDangling: false, debug: false },
      () => {},
    ),
  ).toBe(0);
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
