import { existsSync, lstatSync } from 'node:fs';
import { chmod, copyFile, link, lstat, open, readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { isPacked } from './database-file.js';
import { unpackDatabase } from './private-copy.js';

/**
 * Puts a database that no process uses into the place of `file`. What stood there is kept beside it under a free name like
 * `file`, `suffix` and `time`, its log included, which would otherwise be replayed over the new one; answers which. Nothing
 * ever stands at `file` but one of the two, and what stood there has its other name, on the disk, before it loses this one.
 */
export async function putInPlace(
  database: string,
  file: string,
  suffix = '.replaced',
  time = '',
): Promise<string | null> {
  const parts = partsOf(file).filter((part) => existsSync(part));
  const before = parts.join() === file ? await nameGivenBefore(file, suffix) : null;
  const kept = before ?? freeName(file + suffix + time);
  for (const part of parts) {
    if (part === file) await giveSecondName(file, kept);
    else await rename(part, kept + part.slice(file.length));
  }
  await sync(database);
  await sync(dirname(file));
  await rename(database, file);
  await removeDatabase(database);
  await sync(dirname(file));
  return parts.length > 0 ? kept : null;
}

/** Where the file system knows but one name for each file, there is a copy under the other. */
async function giveSecondName(file: string, name: string): Promise<void> {
  try {
    await link(file, name);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST' && (await isSame(file, name))) return;
    if (!NO_SECOND_NAMES.includes(code ?? '')) throw error;
    const partial = `${name}.partial`;
    await copyFile(file, partial);
    await sync(partial);
    await rename(partial, name);
  }
}

const NO_SECOND_NAMES = ['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK'];

/**
 * Another name of the file beside it, as one that was killed before it went on has given it. Others are not for keeping: a
 * name under which a database was made is taken away again by the next one that makes one.
 */
async function nameGivenBefore(file: string, suffix: string): Promise<string | null> {
  if ((await lstat(file)).nlink === 1) return null;
  const names = (await readdir(dirname(file))).filter((name) => name.startsWith(basename(file) + suffix));
  for (const name of names) {
    const other = join(dirname(file), name);
    if (await isSame(file, other)) return other;
  }
  return null;
}

/** Whether these are two names of one file. A link is a file of its own. */
async function isSame(file: string, other: string): Promise<boolean> {
  const [one, two] = await Promise.all([lstat(file), lstat(other)]);
  return one.ino === two.ino && one.dev === two.dev;
}

/**
 * Puts a database that no process uses where there is none: what has come to stand at `file` meanwhile is never replaced.
 * A log without its database is put aside, as it would be replayed over this one. Answers false when a file is there.
 */
export async function putWhereNoneIs(database: string, file: string): Promise<boolean> {
  if (existsSync(file)) return false;
  const kept = freeName(`${file}.replaced`);
  for (const part of partsOf(file).slice(1)) if (existsSync(part)) await rename(part, kept + part.slice(file.length));
  await sync(database);
  try {
    // A second name for it: a rename would replace what is there.
    await link(database, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
  await sync(dirname(file));
  await removeDatabase(database);
  return true;
}

async function sync(path: string): Promise<void> {
  const handle = await open(path, 'r');
  await handle.sync();
  await handle.close();
}

function freeName(wanted: string): string {
  for (let n = 1; ; n++) {
    const name = n === 1 ? wanted : `${wanted}.${n}`;
    // A link that leads nowhere has its name too.
    if (!partsOf(name).some((part) => lstatSync(part, { throwIfNoEntry: false }))) return name;
  }
}

/** A database that no process writes, with its log; a compressed backup is unpacked. */
export async function copyDatabase(from: string, to: string): Promise<void> {
  if (isPacked(from)) {
    unpackDatabase(from, to);
    return;
  }
  await copyFile(from, to);
  await chmod(to, 0o600);
  if (existsSync(`${from}-wal`)) await copyFile(`${from}-wal`, `${to}-wal`);
}

export async function removeDatabase(file: string): Promise<void> {
  await Promise.all(partsOf(file).map((part) => rm(part, { force: true })));
}

function partsOf(file: string): readonly string[] {
  return [file, `${file}-wal`, `${file}-journal`];
}
