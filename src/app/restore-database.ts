import { existsSync } from 'node:fs';
import { matchesChecksum } from '../backup/checksum.js';
import type { DbRestoreOptions } from '../config/command-line-options.js';
import { DomainError } from '../domain/errors.js';
import {
  copyDatabase,
  inspectDatabaseFile,
  isInUse,
  openStore,
  putInPlace,
  removeDatabase,
  resolveDatabaseFile,
} from '../store/open-store.js';
import { alone } from './alone.js';
import { forgetTopology } from './container/first-topology.js';
import { convertCopy } from './conversion/convert-database.js';
import { HeketiDatabase, isHeketiDatabase, refused, refuseHeketiInUse } from './conversion/heketi-database.js';
import { describeContents } from './database-contents.js';

/**
 * `heketi db restore`: verifies a copy of the backup, and its checksum where one lies beside it, and only then puts it in
 * the place of the database. The server knows it as a restored one.
 */
export async function restoreDatabase(options: DbRestoreOptions, print: (text: string) => void): Promise<number> {
  if (!existsSync(options.backupFile)) throw new DomainError('invalid', `there is no backup ${options.backupFile}`);
  const [backupFile, dbFile] = [options.backupFile, options.dbFile].map(resolveDatabaseFile) as [string, string];
  await matchesChecksum(backupFile);
  return alone(dbFile, () => restoreAlone({ backupFile, dbFile, namedFile: options.dbFile }, print));
}

interface Restoring {
  readonly backupFile: string;
  readonly dbFile: string;
  /** The database as it was named, which may be a link to `dbFile`. */
  readonly namedFile: string;
}

async function restoreAlone(
  { backupFile, dbFile, namedFile }: Restoring,
  print: (text: string) => void,
): Promise<number> {
  await refuseUsed(dbFile);
  const partial = `${dbFile}.restoring`;
  await removeDatabase(partial);
  try {
    await copyBackup(backupFile, partial);
    if (isHeketiDatabase(partial)) await convertBackup(backupFile, partial);
    inspectDatabaseFile(partial, backupFile);
    const contents = await verify(partial);
    // A service manager may have started the server again.
    await refuseUsed(dbFile);
    // The server is held on what is restored: a start that went on loading would end for that, again and again.
    forgetTopology(namedFile);
    const kept = await putInPlace(partial, dbFile);
    print(`${dbFile} is the backup ${backupFile} now: ${contents}.\n`);
    if (kept !== null) print(`What stood there is kept as ${kept}.\n`);
    return 0;
  } catch (error) {
    await removeDatabase(partial);
    throw error;
  }
}

/** What a Heketi has open is no backup: a copy that is made while it writes may hold parts of two states. */
async function copyBackup(backupFile: string, partial: string): Promise<void> {
  const heketi = isHeketiDatabase(backupFile) ? openHeketi(backupFile) : null;
  try {
    await copyDatabase(backupFile, partial);
  } catch (cause) {
    if (cause instanceof DomainError) throw cause;
    throw new DomainError('invalid', `the backup can't be copied: ${(cause as Error).message}`, { cause });
  } finally {
    heketi?.close();
  }
}

function openHeketi(backupFile: string): HeketiDatabase {
  try {
    return HeketiDatabase.open(backupFile);
  } catch (error) {
    throw refusedBackup(backupFile, error);
  }
}

/** What a Heketi has kept in a secret, or answered to GET /backup/db. */
async function convertBackup(backupFile: string, partial: string): Promise<void> {
  try {
    await convertCopy(partial);
  } catch (error) {
    throw refusedBackup(backupFile, error);
  }
}

function refusedBackup(backupFile: string, error: unknown): unknown {
  return refused(`${backupFile} is a Heketi database that can't be converted`, error);
}

/** A database that can't be opened for another reason may be why somebody restores one. */
async function refuseUsed(dbFile: string): Promise<void> {
  if (!existsSync(dbFile)) return;
  if (isHeketiDatabase(dbFile)) {
    refuseHeketiInUse(dbFile);
    return;
  }
  try {
    await (await openStore({ file: dbFile })).close();
  } catch (error) {
    if (isInUse(error)) throw error;
  }
}

async function verify(file: string): Promise<string> {
  const store = await openStore({ file });
  try {
    await store.write(async (tx) => {
      // A file that was copied in another way does not say when.
      if ((await tx.origin.copiedAt()) === null) await tx.origin.setCopiedAt(Date.now());
    });
    return await store.read(describeContents);
  } finally {
    await store.close();
  }
}
