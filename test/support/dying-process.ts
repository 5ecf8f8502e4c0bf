import { existsSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { preloadedLibrary } from './preloaded-library.js';

/** Kills a process before it changes anything in a folder for the n-th time: writes, syncs, names. */
export class DyingProcess {
  readonly #folder: string;
  readonly #count: string;

  /** `notes`: a file elsewhere. */
  constructor(folder: string, notes: string) {
    this.#folder = folder;
    this.#count = notes;
  }

  /** Null: it lives on. */
  env(diesAt: number | null): Readonly<Record<string, string>> {
    rmSync(this.#count, { force: true });
    return {
      LD_PRELOAD: preloadedLibrary(join(import.meta.dirname, 'dying-process.c')),
      DYING_FOLDER: this.#folder,
      DYING_COUNT: this.#count,
      // Where libuv gives changes to the kernel's own queue, nobody sees them.
      UV_USE_IO_URING: '0',
      ...(diesAt !== null && { DYING_AT: String(diesAt) }),
    };
  }

  /** Changes that the last process made, or was about to. */
  get changes(): number {
    return existsSync(this.#count) ? statSync(this.#count).size : 0;
  }
}
