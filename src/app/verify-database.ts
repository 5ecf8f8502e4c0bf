import { existsSync, statSync } from 'node:fs';
import { checksumFile, matchesChecksum } from '../backup/checksum.js';
import type { DbVerifyOptions } from '../config/command-line-options.js';
import { DomainError } from '../domain/errors.js';
import {
  copyBackupFile,
  type DatabaseInspection,
  inspectDatabaseFile,
  openStore,
  resolveDatabaseFile,
} from '../store/open-store.js';
import { describeContents } from './database-contents.js';

/**
 * `heketi db verify`: all that a restore looks at, and nothing that it changes. Works on a private copy, so that a running
 * server's database and files that can't be written may be named. What can't be used is a DomainError.
 */
export async function verifyDatabase({ file: given }: DbVerifyOptions, print: (text: string) => void): Promise<number> {
  if (!existsSync(given)) throw new DomainError('invalid', `there is no file ${given}`);
  const file = resolveDatabaseFile(given);
  const hasChecksum = await matchesChecksum(file);
  const copy = copyBackupFile(file);
  try {
    const inspection = inspectDatabaseFile(copy.file, given);
    print(`${given} can be used (${statSync(file).size} bytes, ${statSync(copy.file).size} as a database).\n`);
    print(`checksum: ${hasChecksum ? 'as in' : 'none, for there is no'} ${checksumFile(file)}\n`);
    print(`made: ${describeOrigin(inspection)}\n`);
    print(`schema: ${describeSchema(inspection)}\n`);
    print(`contents: ${await contentsOf(copy.file)}\n`);
    return 0;
  } finally {
    copy.remove();
  }
}

function describeOrigin({ copiedAt }: DatabaseInspection): string {
  if (copiedAt === null) return 'not known to be a copy; heketi db restore makes one of it';
  return `${new Date(copiedAt).toISOString()}, as a copy: a server on it is held until somebody confirms`;
}

function describeSchema({ schema, newestSchema }: DatabaseInspection): string {
  return schema === newestSchema ? `${schema}` : `${schema}, brought up to ${newestSchema} when it is used`;
}

/** Opens the copy, which brings its schema up to date. */
async function contentsOf(copy: string): Promise<string> {
  const store = await openStore({ file: copy });
  try {
    return await store.read(describeContents);
  } finally {
    await store.close();
  }
}
