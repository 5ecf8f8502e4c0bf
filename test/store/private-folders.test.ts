import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { openStore } from '../../src/store/open-store.js';
import { tryLockFile } from '../../src/store/sqlite/file-lock.js';
import { makePrivateFolder, removeAbandonedFolders } from '../../src/store/sqlite/private-folder.js';
import { ENGINES } from './engines.js';
import { temporaryDirectory } from './temporary-database.js';

afterEach(() => void vi.unstubAllEnvs());

async function holderIn(within: string): Promise<{ readonly holder: ChildProcess; readonly folder: string }> {
  const program = join(import.meta.dirname, 'hold-private-folder.ts');
  const holder = fork(program, [within], { execArgv: ['--import', 'tsx'] });
  onTestFinished(() => void holder.kill('SIGKILL'));
  const [folder] = (await once(holder, 'message')) as [string];
  return { holder, folder };
}

async function killed(holder: ChildProcess): Promise<void> {
  holder.kill('SIGKILL');
  await once(holder, 'exit');
}

describe.each(ENGINES)('at the next opening of a store on $name', (engine) => {
  it('a copy that a killed process was making is removed, and told; one of a process that lives stays', async () => {
    const place = await engine.newPlace();
    const within = temporaryDirectory();
    vi.stubEnv('TMPDIR', within);
    const [dead, living] = [await holderIn(within), await holderIn(within)];
    await killed(dead.holder);
    const told: object[] = [];
    const logger = { info: (fields: object) => void told.push(fields), error: () => undefined };
    const store = await openStore({ ...place, logger });
    expect(readdirSync(within).map((name) => join(within, name))).toContain(living.folder);
    expect(existsSync(dead.folder)).toBe(false);
    expect(readdirSync(living.folder)).toContain('heketi.db');
    expect(told).toContainEqual({ folders: [dead.folder] });
    await store.close();
  });
});

it('a copy that was made beside the database, and left there, is removed as well', async () => {
  const within = temporaryDirectory();
  const { holder, folder } = await holderIn(within);
  await killed(holder);
  const store = await openStore({ file: join(within, 'heketi.db') });
  await store.close();
  expect(existsSync(folder)).toBe(false);
});

it('a folder of this process stays while it is used, and is gone after that', () => {
  const within = temporaryDirectory();
  const folder = makePrivateFolder(within);
  expect(removeAbandonedFolders(within)).toEqual([]);
  folder.remove();
  expect(readdirSync(within)).toEqual([]);
});

it('what has no lock and holds something stays: nobody knows whose it is; an empty one goes', () => {
  const within = temporaryDirectory();
  for (const name of ['mortar-db-foreign', 'mortar-db-empty', 'another']) mkdirSync(join(within, name));
  writeFileSync(join(within, 'mortar-db-foreign', 'data'), 'kept');
  writeFileSync(join(within, 'mortar-db-file'), 'kept');
  symlinkSync(join(within, 'another'), join(within, 'mortar-db-link'));
  expect(removeAbandonedFolders(within)).toEqual([join(within, 'mortar-db-empty')]);
  expect(readdirSync(within)).toEqual(['another', 'mortar-db-file', 'mortar-db-foreign', 'mortar-db-link']);
  expect(readdirSync(join(within, 'another'))).toEqual([]);
  expect(removeAbandonedFolders(join(within, 'missing'))).toEqual([]);
});

const lockIn = (folder: string) => join(folder, '.mortar-owner');

it.each([
  ['before it was locked', (folder: string): void => rmSync(folder, { recursive: true })],
  ['before it was locked, by one that has the lock still', (folder: string): void => void tryLockFile(lockIn(folder))],
] as const)('one that was taken for abandoned %s is made anew', (_when, meddle) => {
  const within = temporaryDirectory();
  let made = 0;
  const folder = makePrivateFolder(within, (path) => {
    made += 1;
    if (made === 1) meddle(path);
  });
  expect(made).toBe(2);
  writeFileSync(join(folder.path, 'heketi.db'), '');
  expect(removeAbandonedFolders(within)).toEqual([]);
  folder.remove();
});
