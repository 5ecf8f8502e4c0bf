import { closeSync, fstatSync, openSync, readSync, type Stats } from 'node:fs';
import { DomainError } from '../domain/errors.js';

/** Bytes of a file, read where they lie: never the whole file. */
export interface Source {
  /** How many there are. */
  readonly bytes: number;
  /** Exactly `length` bytes; throws when there are fewer by now. */
  read(at: number, length: number): Buffer;
}

/** A file that is only read. */
export class FileSource implements Source {
  readonly descriptor: number;
  readonly bytes: number;

  constructor(file: string) {
    this.descriptor = openSync(file, 'r');
    this.bytes = this.stats().size;
  }

  read(at: number, length: number): Buffer {
    const buffer = Buffer.allocUnsafe(length);
    for (let filled = 0; filled < length; ) {
      const count = readSync(this.descriptor, buffer, filled, length - filled, at + filled);
      if (count === 0) throw new DomainError('invalid', 'it is cut: it became shorter while it was read');
      filled += count;
    }
    return buffer;
  }

  stats(): Stats {
    return fstatSync(this.descriptor);
  }

  close(): void {
    closeSync(this.descriptor);
  }
}
