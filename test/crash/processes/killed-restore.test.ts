import { spawn } from 'node:child_process';
import { copyFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openStore } from '../../../src/store/open-store.js';
import { DyingProcess } from '../../support/dying-process.js';
import { makeMemoryFolder } from '../../support/memory-folder.js';
import { seededRandom, seedFrom } from '../../support/seeded-random.js';
import { samplePoints } from '../support/sample-points.js';
import { ended } from './support/ended.js';

const PROGRAM = resolve(import.meta.dirname, '../../../bin/heketi');
const seed = seedFrom('MORTAR_CRASH_SEED');
const random = seededRandom(seed);
console.log(`killed restore: MORTAR_CRASH_SEED=${seed}`);

let folder = '';
beforeEach(() => {
  folder = makeMemoryFolder('mortar-killed-restore-');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

it('a restore that is killed at any moment leaves the old database or the new one, and can be run again', async () => {
  const left = await killedServer();
  const where = join(folder, 'where');
  const file = join(where, 'heketi.db');
  const dying = new DyingProcess(where, join(folder, 'changes'));
  const putLeftovers = (): void => {
    rmSync(where, { recursive: true, force: true });
    mkdirSync(where);
    for (const part of ['', '-wal']) copyFileSync(`${left.file}${part}`, `${file}${part}`);
  };

  putLeftovers();
  expect(await restore(left.backup, file, dying.env(null))).toEqual({ code: 0, signal: null });
  const { changes } = dying;
  expect(changes).toBeGreaterThan(20);
  const found = new Set<string>();
  for (const at of samplePoints(changes, 12, random)) {
    putLeftovers();
    expect(await restore(left.backup, file, dying.env(at))).toEqual({ code: null, signal: 'SIGKILL' });
    const [contents = ''] = await contentsOf(file);
    expect(['old', 'new'], `killed at ${at}`).toContain(contents);
    found.add(contents);
    expect(await restore(left.backup, file, {})).toEqual({ code: 0, signal: null });
    expect(await contentsOf(file), `again after ${at}`).toEqual(['new']);
  }
  // The last change comes after the rename.
  expect([...found].sort()).toEqual(['new', 'old']);
});

/** What a killed server leaves, log included, and a compressed backup of another state. */
async function killedServer(): Promise<{ readonly file: string; readonly backup: string }> {
  const live = join(folder, 'live.db');
  const store = await openStore({ file: live });
  const insert = (id: string) => store.write((tx) => tx.clusters.insert({ id, allowsBlock: true, allowsFile: true }));
  await insert('new');
  const backup = join(folder, 'backup.db.gz');
  writeFileSync(backup, gzipSync(await store.backup()));
  await store.write((tx) => tx.clusters.delete('new'));
  await insert('old');
  const file = join(folder, 'left.db');
  for (const part of ['', '-wal']) copyFileSync(`${live}${part}`, `${file}${part}`);
  await store.close();
  return { file, backup };
}

async function restore(backup: string, file: string, env: Readonly<Record<string, string>>) {
  const child = spawn(process.execPath, [PROGRAM, 'db', 'restore', backup, '--dbfile', file], {
    env: { PATH: process.env.PATH, TMPDIR: folder, ...env },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  await ended(child);
  return { code: child.exitCode, signal: child.signalCode };
}

/** Ids of clusters, as a server would find them. */
async function contentsOf(file: string): Promise<readonly string[]> {
  const store = await openStore({ file, readOnly: true });
  try {
    return (await store.read((tx) => tx.clusters.list())).map(({ id }) => id);
  } finally {
    await store.close();
  }
}
