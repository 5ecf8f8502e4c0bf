import { appendFileSync, renameSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** At a start a longer log becomes `container.log.1`, in the place of the one before. */
const LONG_LOG_BYTES = 1024 * 1024;

/** Tells what the start of a container does: on standard output, and in a file for whoever looks later. */
export class ContainerLog {
  readonly #print: (text: string) => void;
  readonly #file: string;

  constructor(dataFolder: string, print: (text: string) => void) {
    this.#print = print;
    this.#file = join(dataFolder, 'container.log');
    try {
      if (statSync(this.#file).size > LONG_LOG_BYTES) renameSync(this.#file, `${this.#file}.1`);
    } catch {
      // There is none yet, or it can't be renamed: it grows on.
    }
  }

  say(text: string): void {
    this.#print(`${text}\n`);
    try {
      appendFileSync(this.#file, `${new Date().toISOString()} ${text}\n`, { mode: 0o640 });
    } catch {
      // A full disk, say: standard output has it.
    }
  }
}
