import { chownSync } from 'node:fs';
import { rename } from 'node:fs/promises';
import { DomainError } from '../../domain/errors.js';
import { type HeketiContents, proveContents, readContents } from '../../interchange/heketi-contents.js';
import { insertImported } from '../../interchange/import.js';
import {
  inspectDatabaseFile,
  makeDatabaseFile,
  openStore,
  putInPlace,
  removeDatabase,
  resolveDatabaseFile,
} from '../../store/open-store.js';
import { alone } from '../alone.js';
import { isMountedItself } from '../mount-table.js';
import { HeketiDatabase, isHeketiDatabase, refused } from './heketi-database.js';

/** How long a Heketi that has just opened the file waits for its lock. */
export const HEKETI_WAITS_MS = 3500;

export interface Conversion {
  readonly contents: HeketiContents;
  /** Heketi's own file, byte for byte. */
  readonly kept: string;
  /**
   * Ends the lock on Heketi's own file. Whoever opened that under its old name waits for it for HEKETI_WAITS_MS, and would
   * go on with the file that was kept.
   */
  release(): void;
}

/**
 * Makes a database of this server's of Heketi's own one at the same place. It is made beside it, proved to hold the same,
 * and only then takes its place, in one step: whenever the process is killed, one of the two stands there, whole. Null:
 * there is nothing to convert. Throws DomainError with the reasons where there is any doubt; nothing has changed then.
 */
export async function convertDatabase(named: string): Promise<Conversion | null> {
  const file = resolveDatabaseFile(named);
  if (!isHeketiDatabase(file)) return null;
  try {
    // Another start may have converted it meanwhile.
    return await alone(file, async () => (isHeketiDatabase(file) ? await convertAlone(file) : null));
  } catch (error) {
    throw refused(`The Heketi database ${file} is not converted, and is as it was`, error);
  }
}

async function convertAlone(file: string): Promise<Conversion> {
  refuseUnmovable(file);
  const database = HeketiDatabase.open(file);
  const partial = `${file}.converting`;
  try {
    const contents = await makeConverted(database, partial);
    giveOwner(partial, database);
    if (!database.isUnchanged) throw new DomainError('unavailable', 'somebody has changed or replaced it meanwhile');
    const kept = await putInPlace(partial, file, '.bolt-', timestamp(new Date()));
    return { contents, kept: kept ?? '', release: () => database.close() };
  } catch (error) {
    database.close();
    await removeDatabase(partial);
    throw error;
  }
}

/** Makes a copy of Heketi's database, of which nobody else knows, one of this server's. */
export async function convertCopy(file: string): Promise<void> {
  const converted = `${file}.converted`;
  const database = HeketiDatabase.open(file);
  try {
    await makeConverted(database, converted);
    await rename(converted, file);
  } finally {
    database.close();
    await removeDatabase(converted);
  }
}

/** What would be converted, without writing anything. */
export function planConversion(named: string): HeketiContents {
  const file = resolveDatabaseFile(named);
  try {
    const database = HeketiDatabase.open(file);
    try {
      return readContents(database.bolt);
    } finally {
      database.close();
    }
  } catch (error) {
    throw refused(`The Heketi database ${file} can't be converted`, error);
  }
}

/** Makes a database at `target` that holds what Heketi's does, and proves it. */
async function makeConverted({ bolt }: HeketiDatabase, target: string): Promise<HeketiContents> {
  await removeDatabase(target);
  const contents = readContents(bolt);
  await makeDatabaseFile(target, (tx) => insertImported(tx, contents.imported, { registersNames: true }));
  // As it is on the disk.
  inspectDatabaseFile(target);
  const stored = await openStore({ file: target });
  try {
    await stored.read((tx) => proveContents(tx, contents));
  } finally {
    await stored.close();
  }
  return contents;
}

function refuseUnmovable(file: string): void {
  if (!isMountedItself(file)) return;
  throw new DomainError(
    'unavailable',
    'it is mounted as a single file, which nothing can take the place of, and beside which the log of a database is lost ' +
      'with the container: mount its folder',
  );
}

/** A command that root gives must not take the database from the server's user. */
function giveOwner(file: string, { stats }: HeketiDatabase): void {
  if (process.getuid?.() === 0) chownSync(file, stats.uid, stats.gid);
}

/** As `20260131T235959Z`. */
function timestamp(now: Date): string {
  return now.toISOString().replace(/[-:]|\.\d+/g, '');
}
