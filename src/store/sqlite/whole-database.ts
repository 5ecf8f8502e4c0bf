import { existsSync } from 'node:fs';
import { chmod, copyFile, link, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * Puts a database that no process uses into the place of `file`. What stood there is kept beside it, its log included,
 * which would otherwise be replayed over the new one; answers where. Nothing ever stands at `file` but one of the two.
 */
export async function putInPlace(database: string, file: string): Promise<string | null> {
  const kept = freeName(`${file}.replaced`);
  const parts = partsOf(file).filter((part) => existsSync(part));
  for (const part of parts) {
    const keptPart = kept + part.slice(file.length);
    if (part === file) await link(file, keptPart);
    else await rename(part, keptPart);
  }
  await rename(database, file);
  await removeDatabase(database);
  const directory = await open(dirname(file), 'r');
  await directory.sync();
  await directory.close();
  return parts.length > 0 ? kept : null;
}

function freeName(wanted: string): string {
  for (let n = 1; ; n++) {
    const name = n === 1 ? wanted : `${wanted}.${n}`;
    if (!partsOf(name).some((part) => existsSync(part))) return name;
  }
}

/** A database that no process writes, with its log. */
export async function copyDatabase(from: string, to: string): Promise<void> {
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
