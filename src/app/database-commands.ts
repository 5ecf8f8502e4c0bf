import { existsSync } from 'node:fs';
import { type FileHandle, open, readFile, rm } from 'node:fs/promises';
import type { DbExportOptions, DbFileOptions, DbImportOptions, EmptyPathOptions } from '../config/command-line.js';
import { counted } from '../domain/counted.js';
import { DomainError } from '../domain/errors.js';
import { checkDatabase } from '../interchange/check.js';
import { dumpDatabase } from '../interchange/dump.js';
import { importDatabase } from '../interchange/import.js';
import { parseJson } from '../json/parse-json.js';
import { stringifyJson } from '../json/stringify-json.js';
import { removeBricksWithEmptyPath } from '../operations/volumes/empty-path-bricks.js';
import { openStore, putInPlace, removeDatabase } from '../store/open-store.js';
import type { ReadTx, Store } from '../store/store.js';

/** `heketi db export`: the database as JSON, to a new file or to standard output. */
export async function exportDatabase(
  { dbFile, jsonFile }: DbExportOptions,
  print: (text: string) => void,
): Promise<number> {
  if (jsonFile !== '-' && existsSync(jsonFile))
    throw refused(`${jsonFile} exists; nothing is overwritten, name another file`);
  const text = `${stringifyJson(await readOnly(dbFile, dumpDatabase), 4)}\n`;
  if (jsonFile === '-') print(text);
  else await writeNewFile(jsonFile, text);
  return 0;
}

/** Nothing is left of a file that could not be finished: it would be taken for a whole one. */
async function writeNewFile(file: string, text: string): Promise<void> {
  let handle: FileHandle | null = null;
  try {
    handle = await open(file, 'wx', 0o600);
    await handle.writeFile(text);
    await handle.sync();
  } catch (cause) {
    if (handle !== null) await rm(file, { force: true });
    throw new DomainError('invalid', `${file} can't be written: ${(cause as Error).message}`, { cause });
  } finally {
    await handle?.close();
  }
}

/** `heketi db import`: a new database from JSON; nothing is left behind when the JSON can't be read. */
export async function importDatabaseFile({ dbFile, jsonFile }: DbImportOptions): Promise<number> {
  if (existsSync(dbFile)) throw refused(`${dbFile} exists; an import makes a new database, name another file`);
  const text = await readText(jsonFile);
  let document: unknown;
  try {
    document = parseJson(text);
  } catch (cause) {
    throw new DomainError('invalid', `${jsonFile} is not JSON: ${(cause as Error).message}`, { cause });
  }
  // Under another name until it is whole: a server would take what a killed import left for an empty database.
  const partial = `${dbFile}.importing`;
  await removeDatabase(partial);
  const store = await openStore({ file: partial });
  try {
    await store.write((tx) => importDatabase(tx, document));
  } catch (error) {
    await store.close();
    await removeDatabase(partial);
    throw error;
  }
  await store.close();
  await putInPlace(partial, dbFile);
  return 0;
}

/** `heketi db consistency-check`: contradictions in a database; finding some is no failure. */
export async function checkDatabaseFile({ dbFile }: DbFileOptions, print: (text: string) => void): Promise<number> {
  print(`${stringifyJson(await readOnly(dbFile, checkDatabase), 4)}\n`);
  return 0;
}

/** `heketi db delete-bricks-with-empty-path`: says what it removed. Hosts are not asked: nothing has such a path. */
export async function deleteBricksWithEmptyPath(
  { dbFile, clusters, nodes, devices }: EmptyPathOptions,
  print: (text: string) => void,
): Promise<number> {
  if (!existsSync(dbFile)) throw refused(`there is no database ${dbFile}`);
  const store = await openStore({ file: dbFile });
  try {
    const { removed, pending } = await store.write((tx) => removeBricksWithEmptyPath(tx, { clusters, nodes, devices }));
    print(`${counted(removed.length, 'brick')} without a path removed\n`);
    for (const id of pending) print(`brick ${id} is left to the pending operation that it belongs to\n`);
    return 0;
  } finally {
    await store.close();
  }
}

async function readOnly<T>(dbFile: string, work: (tx: ReadTx) => Promise<T>): Promise<T> {
  if (!existsSync(dbFile)) throw refused(`there is no database ${dbFile}`);
  const store: Store = await openStore({ file: dbFile, readOnly: true });
  try {
    return await store.read(work);
  } finally {
    await store.close();
  }
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    throw new DomainError('invalid', `${file} can't be read: ${(cause as Error).message}`, { cause });
  }
}

function refused(why: string): DomainError {
  return new DomainError('invalid', why);
}
