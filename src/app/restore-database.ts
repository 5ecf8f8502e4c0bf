import { existsSync } from 'node:fs';
import type { DbRestoreOptions } from '../config/command-line.js';
import { DomainError } from '../domain/errors.js';
import { checkDatabase } from '../interchange/check.js';
import {
  copyDatabase,
  isInUse,
  openStore,
  putInPlace,
  removeDatabase,
  resolveDatabaseFile,
} from '../store/open-store.js';

/**
 * `heketi db restore`: verifies a copy of the backup, and only then puts it in the place of the database. The server
 * knows it as a restored one.
 */
export async function restoreDatabase(options: DbRestoreOptions, print: (text: string) => void): Promise<number> {
  if (!existsSync(options.backupFile)) throw new DomainError('invalid', `there is no backup ${options.backupFile}`);
  const [backupFile, dbFile] = [options.backupFile, options.dbFile].map(resolveDatabaseFile) as [string, string];
  await refuseUsed(dbFile);
  const partial = `${dbFile}.restoring`;
  await removeDatabase(partial);
  try {
    await copyBackup(backupFile, partial);
    const contents = await verify(partial);
    // A service manager may have started the server again.
    await refuseUsed(dbFile);
    const kept = await putInPlace(partial, dbFile);
    print(`${dbFile} is the backup ${backupFile} now: ${contents}.\n`);
    if (kept !== null) print(`What stood there is kept as ${kept}.\n`);
    return 0;
  } catch (error) {
    await removeDatabase(partial);
    throw error;
  }
}

async function copyBackup(backupFile: string, partial: string): Promise<void> {
  try {
    await copyDatabase(backupFile, partial);
  } catch (cause) {
    throw new DomainError('invalid', `the backup can't be copied: ${(cause as Error).message}`, { cause });
  }
}

/** A database that can't be opened for another reason may be why somebody restores one. */
async function refuseUsed(dbFile: string): Promise<void> {
  if (!existsSync(dbFile)) return;
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
    return await store.read(async (tx) => {
      const { totalinconsistencies } = await checkDatabase(tx);
      const volumes = (await tx.volumes.list()).length;
      const pending = (await tx.operations.list()).length;
      return `${volumes} volumes, ${pending} pending operations, ${totalinconsistencies} contradictions`;
    });
  } finally {
    await store.close();
  }
}
