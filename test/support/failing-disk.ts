import { existsSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { preloadedLibrary } from './preloaded-library.js';

export interface DiskFault {
  readonly operation: 'sync' | 'write';
  /** `HANG`: nothing comes back before `mend`. */
  readonly error: 'EIO' | 'ENOSPC' | 'HANG';
  /** Operations that go well before. */
  readonly skip: number;
  /** How many fail; null: all from then on. */
  readonly count: number | null;
}

/** Lets a process's disk fail at its database, or at its log only. */
export class FailingDisk {
  readonly env: Readonly<Record<string, string>>;
  readonly #control: string;
  readonly #hits: string;
  readonly #counted: string;

  /** `files`: the ends of their names. */
  constructor(folder: string, files: readonly string[] = ['.db-wal']) {
    this.#control = join(folder, 'disk-fault');
    this.#hits = join(folder, 'disk-hits');
    this.#counted = join(folder, 'disk-counted');
    this.env = {
      LD_PRELOAD: preloadedLibrary(join(import.meta.dirname, 'failing-disk.c')),
      FAILING_DISK_FILES: files.join(':'),
      FAILING_DISK: this.#control,
      FAILING_DISK_HITS: this.#hits,
      FAILING_DISK_COUNT: this.#counted,
    };
  }

  /** From now on; operations are counted over the life of the process. */
  fail({ operation, error, skip, count }: DiskFault): void {
    writeFileSync(`${this.#control}.new`, `${operation} ${error} ${skip} ${count ?? -1}\n`);
    renameSync(`${this.#control}.new`, this.#control);
  }

  mend(): void {
    rmSync(this.#control, { force: true });
  }

  get hits(): number {
    return size(this.#hits);
  }

  /** Operations of the kind of the fault since it was set. */
  get counted(): number {
    return size(this.#counted);
  }
}

function size(file: string): number {
  return existsSync(file) ? statSync(file).size : 0;
}
