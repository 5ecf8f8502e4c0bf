import { type Stats, statSync } from 'node:fs';
import { isBoltFile } from '../../bolt/bolt-file.js';
import { tryFlock } from '../../bolt/flock.js';
import { FileSource } from '../../bolt/source.js';
import { DomainError } from '../../domain/errors.js';
import { newId } from '../../domain/ids.js';
import { HeketiBolt } from '../../interchange/heketi-bolt.js';
import { importEntries } from '../../interchange/import.js';
import { openMemoryStore } from '../../store/open-store.js';
import type { Store } from '../../store/store.js';

/** Heketi's own database (BoltDB), which no Heketi can open as long as it is open here. */
export class HeketiDatabase {
  readonly bolt: HeketiBolt;
  readonly stats: Stats;
  readonly #file: string;
  readonly #source: FileSource;

  private constructor(file: string, source: FileSource) {
    this.#file = file;
    this.#source = source;
    this.stats = source.stats();
    this.bolt = new HeketiBolt(source);
  }

  /** Throws DomainError where another process uses it, or where it can't be read at all. */
  static open(file: string): HeketiDatabase {
    const source = new FileSource(file);
    try {
      if (!tryFlock(source.descriptor)) throw inUse();
      return new HeketiDatabase(file, source);
    } catch (error) {
      source.close();
      throw error;
    }
  }

  /** Whether it is still what stands at its name, and nobody has written to it since it was opened. */
  get isUnchanged(): boolean {
    const named = statSync(this.#file, { throwIfNoEntry: false });
    return [this.#source.stats(), named].every(
      (now) => now !== undefined && SAME.every((part) => now[part] === this.stats[part]),
    );
  }

  close(): void {
    this.#source.close();
  }
}

const SAME = ['dev', 'ino', 'size', 'mtimeMs'] as const;

/** Whether there is a file with a database of Heketi's, sound or not. */
export function isHeketiDatabase(file: string): boolean {
  return (statSync(file, { throwIfNoEntry: false })?.isFile() ?? false) && isBoltFile(file);
}

/** Throws DomainError while a Heketi has its database open, sound or not. */
export function refuseHeketiInUse(file: string): void {
  const source = new FileSource(file);
  try {
    if (!tryFlock(source.descriptor)) throw inUse();
  } catch (error) {
    throw refused(`The Heketi database ${file} can't be replaced`, error);
  } finally {
    source.close();
  }
}

function inUse(): DomainError {
  return new DomainError('unavailable', 'another process has it locked, probably a Heketi; stop that one first');
}

/** What a server on Heketi's database would have, in memory: for those who only read it. */
export async function readIntoMemory(file: string): Promise<Store> {
  let database: HeketiDatabase | null = null;
  const store = await openMemoryStore();
  try {
    database = HeketiDatabase.open(file);
    const { bolt } = database;
    await store.write((tx) => importEntries(tx, bolt, { leavesOutDangling: false, generationId: newId() }));
    return store;
  } catch (error) {
    await store.close();
    throw refused(`The Heketi database ${file} can't be read`, error);
  } finally {
    database?.close();
  }
}

/** What a person can mend, with what it is about; anything else is a defect. */
export function refused(what: string, error: unknown): unknown {
  const isOfSystem = error instanceof Error && 'syscall' in error;
  if (!(error instanceof DomainError) && !isOfSystem) return error;
  const code = error instanceof DomainError ? error.code : 'unavailable';
  return new DomainError(code, `${what}: ${error.message}`, { cause: error });
}
