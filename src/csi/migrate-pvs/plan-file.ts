import { closeSync, fstatSync, fsyncSync, ftruncateSync, openSync, readFileSync, writeSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { KnownVolume } from './known-volume.js';
import type { PersistentVolume, StorageClass } from './kubernetes-objects.js';

/** To the driver, or back to the in-tree plugin. */
export type Way = 'move' | 'back';

/**
 * How far an object has come on its way; what the cluster shows has precedence, but for one thing: an object that is gone is
 * made only where `replacing` was noted, before it was deleted here.
 */
export type Stage = 'planned' | 'retaining' | 'replacing' | 'done';

export interface VolumeEntry {
  readonly kind: 'PersistentVolume';
  readonly name: string;
  readonly way: Way;
  readonly stage: Stage;
  /** The reclaim policy that it has in the end. */
  readonly policy: string;
  readonly driver: string;
  readonly volume: KnownVolume;
  /** The in-tree volume: as it was read before it was deleted, or as it has to be made again. */
  readonly inTree: PersistentVolume;
  /** The uid of the object that was deleted last; `replacing` alone. */
  readonly deleting?: string;
}

export interface ClassEntry {
  readonly kind: 'StorageClass';
  readonly name: string;
  readonly way: Way;
  readonly stage: Stage;
  readonly driver: string;
  readonly inTree: StorageClass;
}

export type Entry = VolumeEntry | ClassEntry;

interface Head {
  readonly kind: 'MigrationPlan';
  readonly version: 1;
  /** The uid of kube-system. */
  readonly cluster: string;
}

/**
 * What is to be moved, how far it has come, and what takes it back: lines of JSON, of which the last one of an object
 * counts. A step adds a line, and is on disk before anything is done for it; a line that was cut off at the end was
 * never acted upon. The whole file never has to be written again, and tells what was done when it is read from its start.
 */
export class PlanFile {
  readonly cluster: string;
  readonly #file: string;
  readonly #entries: Map<string, Entry>;
  /** All that is known of it. */
  #bytes: number;

  private constructor(file: string, cluster: string, entries: Map<string, Entry>, bytes: number) {
    this.#file = file;
    this.cluster = cluster;
    this.#entries = entries;
    this.#bytes = bytes;
  }

  /** A new file. Throws where there is one. */
  static async create(file: string, cluster: string, entries: readonly Entry[]): Promise<void> {
    const head: Head = { kind: 'MigrationPlan', version: 1, cluster };
    const text = [head, ...entries].map((line) => `${JSON.stringify(line)}\n`).join('');
    // Objects of a cluster are nobody else's business.
    const handle = await open(file, 'wx', 0o600);
    try {
      await handle.writeFile(text);
      await handle.sync();
    } finally {
      await handle.close();
    }
    const folder = await open(dirname(file), 'r');
    await folder.sync().finally(() => folder.close());
  }

  /** Throws for a file that is no plan, or that is damaged anywhere but at its end. */
  static open(file: string): PlanFile {
    const text = readFileSync(file, 'utf8');
    const whole = text.slice(0, text.lastIndexOf('\n') + 1);
    const [head, ...entries] = whole
      .split('\n')
      .slice(0, -1)
      .map((line, index) => parse(file, line, index + 1));
    if (!isHead(head)) throw new Error(`${file} is no plan of migrate-pvs, or one of another version`);
    const bytes = Buffer.byteLength(whole);
    if (whole.length < text.length) cutTo(file, bytes);
    const byName = new Map((entries as Entry[]).map((entry) => [keyOf(entry), entry]));
    return new PlanFile(file, head.cluster, byName, bytes);
  }

  get entries(): readonly Entry[] {
    return [...this.#entries.values()];
  }

  /**
   * On disk when it returns. Throws where another run has written meanwhile: what it has changed would be taken for what
   * there was (Retain for the policy to be put back).
   */
  write<T extends Entry>(entry: T): T {
    const descriptor = openSync(this.#file, 'a');
    try {
      if (fstatSync(descriptor).size !== this.#bytes) {
        throw new Error(
          `another run has written to ${this.#file} since this one has read it, which ends here; run this again when the other has ended`,
        );
      }
      const line = Buffer.from(`${JSON.stringify(entry)}\n`);
      for (let at = 0; at < line.length; ) at += writeSync(descriptor, line, at);
      fsyncSync(descriptor);
      this.#bytes += line.length;
    } finally {
      closeSync(descriptor);
    }
    this.#entries.set(keyOf(entry), entry);
    return entry;
  }
}

function keyOf({ kind, name }: Entry): string {
  return `${kind}/${name}`;
}

function isHead(value: unknown): value is Head {
  const { kind, version } = (value ?? {}) as Partial<Head>;
  return kind === 'MigrationPlan' && version === 1;
}

function parse(file: string, line: string, number: number): unknown {
  try {
    return JSON.parse(line) as unknown;
  } catch (cause) {
    throw new Error(`${file} is damaged: its line ${number} is no JSON`, { cause });
  }
}

/** What was cut off would be the beginning of the next line. */
function cutTo(file: string, bytes: number): void {
  const descriptor = openSync(file, 'r+');
  try {
    ftruncateSync(descriptor, bytes);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
