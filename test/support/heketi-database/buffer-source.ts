import type { Source } from '../../../src/bolt/source.js';

/** A file in memory, which counts what is read of it. */
export class BufferSource implements Source {
  readonly #buffer: Buffer;
  bytesRead = 0;

  constructor(buffer: Buffer) {
    this.#buffer = buffer;
  }

  get bytes(): number {
    return this.#buffer.length;
  }

  read(at: number, length: number): Buffer {
    if (at < 0 || at + length > this.#buffer.length)
      throw new Error(`read of ${length} bytes at ${at}, outside of the file`);
    this.bytesRead += length;
    return this.#buffer.subarray(at, at + length);
  }
}
