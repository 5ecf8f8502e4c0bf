import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const SOURCE = join(import.meta.dirname, 'failing-disk.c');

export interface DiskFault {
  readonly operation: 'sync' | 'write';
  readonly error: 'EIO' | 'ENOSPC';
  /** Operations that go well before. */
  readonly skip: number;
  /** How many fail; null: all from then on. */
  readonly count: number | null;
}

/** Lets a process's disk fail at the log of its database. A C compiler is needed, as for building better-sqlite3. */
export class FailingDisk {
  readonly env: Readonly<Record<string, string>>;
  readonly #control: string;
  readonly #hits: string;
  readonly #counted: string;

  constructor(folder: string) {
    this.#control = join(folder, 'disk-fault');
    this.#hits = join(folder, 'disk-hits');
    this.#counted = join(folder, 'disk-counted');
    this.env = {
      LD_PRELOAD: library(),
      FAILING_DISK_FILES: '.db-wal',
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

/** Compiled once for each text of it. */
function library(): string {
  const text = readFileSync(SOURCE);
  const file = join(tmpdir(), `mortar-failing-disk-${process.getuid?.() ?? 0}-${text.length}.so`);
  if (existsSync(file) && statSync(file).mtimeMs > statSync(SOURCE).mtimeMs) return file;
  const own = `${file}.${process.pid}`;
  execFileSync('cc', ['-shared', '-fPIC', '-O1', '-o', own, SOURCE, '-ldl']);
  renameSync(own, file);
  return file;
}
