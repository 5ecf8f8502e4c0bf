import { existsSync, statSync } from 'node:fs';
import { type FileHandle, open, rm } from 'node:fs/promises';
import type { DbExportOptions, DbFileOptions, EmptyPathOptions } from '../config/command-line-options.js';
import { counted } from '../domain/counted.js';
import { DomainError } from '../domain/errors.js';
import { checkDatabase } from '../interchange/check.js';
import { exportForHeketi } from '../interchange/dump.js';
import { stringifyJson } from '../json/stringify-json.js';
import { removeBricksWithEmptyPath } from '../operations/volumes/empty-path-bricks.js';
import { openStore } from '../store/open-store.js';
import type { ReadTx, Store } from '../store/store.js';
import { isHeketiDatabase, readIntoMemory } from './conversion/heketi-database.js';

/** `heketi db export`: the database as JSON, to a new file or to standard output. `warn`: what is not in it. */
export async function exportDatabase(
  { dbFile, jsonFile }: DbExportOptions,
  print: (text: string) => void,
  warn: (text: string) => void,
): Promise<number> {
  if (jsonFile !== '-' && existsSync(jsonFile))
    throw refused(`${jsonFile} exists; nothing is overwritten, name another file`);
  const { dump, leftOut } = await readOnly(dbFile, exportForHeketi);
  const text = `${stringifyJson(dump, 4)}\n`;
  if (jsonFile === '-') print(text);
  else await writeNewFile(jsonFile, text);
  for (const { id, type, actions } of leftOut) {
    const objects = actions.map((action) => action.id).join(', ');
    warn(`WARNING: operation ${id} (${type} ${objects}) is left out: Heketi has no such operation. Finish it first.\n`);
  }
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
  if (statSync(dbFile).size === 0) throw refused(`${dbFile} is empty: there is no database in it`);
  const store: Store = isHeketiDatabase(dbFile)
    ? await readIntoMemory(dbFile)
    : await openStore({ file: dbFile, readOnly: true });
  try {
    return await store.read(work);
  } finally {
    await store.close();
  }
}

function refused(why: string): DomainError {
  return new DomainError('invalid', why);
}
