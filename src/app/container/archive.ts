import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { createGunzip, gunzip, gzip } from 'node:zlib';
import { dumpDatabase } from '../../interchange/dump.js';
import { copyForArchive, digestOfCopy, openStore } from '../../store/open-store.js';
import { hasContents } from './database-volume.js';
import { writeWhole } from './whole-file.js';

const NAME = /^heketi\.db-archive-\d{4}-\d{2}-\d{2}\.(\d+)\.gz$/;
const PARTIAL = /^heketi\.db-archive-.*\.partial$/;
const SQLITE_START = 'SQLite format 3\0';

export interface ArchiveSettings {
  readonly folder: string;
  /** How many are kept. */
  readonly count: number;
}

/**
 * Keeps the database as it is before this start, compressed, with a checksum for `sha256sum --check`. Only what can be
 * read and exported is worth keeping, and one that holds what the newest archive holds is not kept twice. Answers the
 * file; null when there is nothing to keep, or nothing new. Throws when it can't be kept: nothing is left of it then.
 */
export async function archiveDatabase(database: string, settings: ArchiveSettings): Promise<string | null> {
  if (!hasContents(database)) return null;
  const { bytes, digest } = copyForArchive(database);
  await proveExport(database);
  await mkdir(settings.folder, { recursive: true, mode: 0o750 });
  await removePartial(settings.folder);
  const [newest] = await ownArchives(settings.folder);
  if (newest !== undefined && (await digestOfArchive(newest)) === digest) return null;
  const file = await freeName(settings.folder);
  const compressed = await promisify(gzip)(bytes, { level: 9 });
  await writeWhole(file, compressed);
  const checksum = createHash('sha256').update(compressed).digest('hex');
  await writeWhole(`${file}.sha256`, Buffer.from(`${checksum}  ${basename(file)}\n`));
  await prune(settings, file);
  return file;
}

async function proveExport(database: string): Promise<void> {
  const store = await openStore({ file: database, readOnly: true });
  try {
    await store.read(dumpDatabase);
  } finally {
    await store.close();
  }
}

/** Newest first by the time in their names. Those of Heketi's own database are not ours: they are the way back. */
async function ownArchives(folder: string): Promise<readonly string[]> {
  const names = (await readdir(folder)).filter((name) => NAME.test(name));
  names.sort((a, b) => secondsOf(b) - secondsOf(a));
  const files = names.map((name) => join(folder, name));
  const isOurs = await Promise.all(files.map(holdsOurDatabase));
  return files.filter((_, i) => isOurs[i]);
}

function secondsOf(name: string): number {
  return Number(NAME.exec(name)?.[1] ?? 0);
}

async function holdsOurDatabase(file: string): Promise<boolean> {
  let start = '';
  try {
    await pipeline(
      createReadStream(file, { end: 64 * 1024 }),
      createGunzip(),
      async (chunks: AsyncIterable<Buffer>) => {
        for await (const chunk of chunks) {
          start += chunk.toString('latin1', 0, SQLITE_START.length);
          if (start.length >= SQLITE_START.length) break;
        }
      },
    );
  } catch {
    // A cut file ends early, and what came before tells all the same.
  }
  return start.startsWith(SQLITE_START);
}

async function digestOfArchive(file: string): Promise<string | null> {
  try {
    return digestOfCopy(await promisify(gunzip)(await readFile(file)));
  } catch {
    return null;
  }
}

/** The day and the second, as Heketi's image has it; two starts may share a second. */
async function freeName(folder: string): Promise<string> {
  const taken = new Set(await readdir(folder));
  const now = new Date();
  for (let seconds = Math.floor(now.getTime() / 1000); ; seconds++) {
    const name = `heketi.db-archive-${now.toISOString().slice(0, 10)}.${seconds}.gz`;
    if (!taken.has(name)) return join(folder, name);
  }
}

/** What a killed start left. */
async function removePartial(folder: string): Promise<void> {
  const names = (await readdir(folder)).filter((name) => PARTIAL.test(name));
  await Promise.all(names.map((name) => rm(join(folder, name), { force: true })));
}

/** `made` stays though a clock that was set back has made it the oldest. */
async function prune({ folder, count }: ArchiveSettings, made: string): Promise<void> {
  const others = (await ownArchives(folder)).filter((file) => file !== made);
  await Promise.all(
    others.slice(count - 1).flatMap((file) => [rm(file, { force: true }), rm(`${file}.sha256`, { force: true })]),
  );
}
