import { closeSync, openSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { preloadedLibrary } from './preloaded-library.js';

/** A process's wall clock, which somebody sets while it runs. */
export class JumpingClock {
  readonly env: Readonly<Record<string, string>>;
  readonly #file: string;

  constructor(folder: string) {
    this.#file = join(folder, 'clock');
    writeFileSync(this.#file, inBytes(0));
    this.env = {
      LD_PRELOAD: preloadedLibrary(join(import.meta.dirname, 'jumping-clock.c')),
      JUMPING_CLOCK: this.#file,
    };
  }

  /** So many milliseconds before (negative) or after the true time, from now on. */
  set(offMs: number): void {
    const file = openSync(this.#file, 'r+');
    writeSync(file, inBytes(offMs), 0, 8, 0);
    closeSync(file);
  }
}

function inBytes(ms: number): Uint8Array {
  return new Uint8Array(BigInt64Array.of(BigInt(ms)).buffer);
}
