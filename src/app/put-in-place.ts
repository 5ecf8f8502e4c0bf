import { existsSync } from 'node:fs';
import { link, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * Puts a database that no process uses into the place of `file`. What stood there is kept beside it, its log included,
 * which would otherwise be replayed over the new one; answers where. Nothing ever stands at `file` but one of the two.
 */
export async function putInPlace(database: string, file: string): Promise<string | null> {
  const kept = freeName(`${file}.replaced`);
  const parts = [file, `${file}-wal`, `${file}-journal`].filter((part) => existsSync(part));
  for (const part of parts) {
    const keptPart = kept + part.slice(file.length);
    if (part === file) await link(file, keptPart);
    else await rename(part, keptPart);
  }
  await rename(database, file);
  await Promise.all([`${database}-wal`, `${database}-journal`].map((part) => rm(part, { force: true })));
  const directory = await open(dirname(file), 'r');
  await directory.sync();
  await directory.close();
  return parts.length > 0 ? kept : null;
}

function freeName(wanted: string): string {
  for (let n = 1; ; n++) {
    const name = n === 1 ? wanted : `${wanted}.${n}`;
    if (![name, `${name}-wal`, `${name}-journal`].some((part) => existsSync(part))) return name;
  }
}
