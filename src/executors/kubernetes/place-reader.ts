import { type Place, parsePlace } from './place.js';

const LONGEST_LINE_BYTES = 4096;

/** Takes the line about the place from the beginning of a program's output. */
export class PlaceReader {
  place: Place | null = null;
  #head: Buffer | null = Buffer.alloc(0);

  /** What is left of a piece of output for the program's reader. */
  push(chunk: Buffer): Buffer {
    if (this.#head === null) return chunk;
    const head = Buffer.concat([this.#head, chunk]);
    const end = head.indexOf(0x0a);
    if (end < 0 && head.length <= LONGEST_LINE_BYTES) {
      this.#head = head;
      return Buffer.alloc(0);
    }
    this.#head = null;
    this.place = end < 0 ? null : parsePlace(head.toString('utf8', 0, end));
    return this.place ? head.subarray(end + 1) : head;
  }
}
