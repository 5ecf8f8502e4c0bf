import { damaged } from './damage.js';
import type { Meta } from './meta.js';
import type { Source } from './source.js';

/** A page of a tree with the pages it overflows into, or the image of one within a value. */
export interface Page {
  /** For people. */
  readonly name: string;
  readonly kind: 'branch' | 'leaf';
  readonly count: number;
  readonly bytes: Buffer;
}

export interface LeafElement {
  readonly key: Buffer;
  readonly value: Buffer;
  /** The value is a bucket. */
  readonly isBucket: boolean;
}

const BRANCH = 0x01;
const LEAF = 0x02;
const BUCKET_FLAG = 0x01;
const HEADER_BYTES = 16;
const ELEMENT_BYTES = 16;
/** Larger than any value that Heketi can have written, and small enough to be held in memory. */
const MOST_BLOCK_BYTES = 256 * 1024 * 1024;

/** The pages of one state of a file, each of which is given out once: a tree reaches none twice. */
export class Pages {
  readonly #source: Source;
  readonly #meta: Meta;
  readonly #reached: Uint8Array;

  constructor(source: Source, meta: Meta) {
    this.#source = source;
    this.#meta = meta;
    this.#reached = new Uint8Array(Math.ceil(meta.endPage / 8));
  }

  read(id: bigint | number): Page {
    const { pageSize, endPage } = this.#meta;
    const name = `page ${id}`;
    if (id < 2 || id >= endPage) throw damaged(name, `is asked for, and there are the pages 2 to ${endPage - 1}`);
    const at = Number(id);
    const header = this.#source.read(at * pageSize, HEADER_BYTES);
    if (header.readBigUInt64LE(0) !== BigInt(id))
      throw damaged(name, `says that it is page ${header.readBigUInt64LE(0)}`);
    const pages = header.readUInt32LE(12) + 1;
    if (at + pages > endPage) throw damaged(name, `goes on for ${pages} pages, beyond the last one`);
    if (pages * pageSize > MOST_BLOCK_BYTES) throw damaged(name, `goes on for ${pages} pages, more than can be true`);
    this.#reach(at, pages, name);
    return pageOf(name, this.#source.read(at * pageSize, pages * pageSize));
  }

  #reach(first: number, count: number, name: string): void {
    for (let id = first; id < first + count; id++) {
      const [index, bit] = [id >> 3, 1 << (id & 7)];
      const byte = this.#reached[index] ?? 0;
      if (byte & bit)
        throw damaged(name, `has page ${id}, which belongs to another one: the pages go round in a circle`);
      this.#reached[index] = byte | bit;
    }
  }
}

/** Reads the header of a page and proves that its elements lie within it. */
export function pageOf(name: string, bytes: Buffer): Page {
  const flags = bytes.readUInt16LE(8);
  if (flags !== BRANCH && flags !== LEAF)
    throw damaged(name, `is neither a branch nor a leaf (0x${flags.toString(16)})`);
  const kind = flags === BRANCH ? 'branch' : 'leaf';
  const count = bytes.readUInt16LE(10);
  if (HEADER_BYTES + count * ELEMENT_BYTES > bytes.length)
    throw damaged(name, `counts ${count} elements, which it has no room for`);
  if (kind === 'branch' && count === 0) throw damaged(name, 'is a branch without children');
  return { name, kind, count, bytes };
}

export function* childrenOf({ bytes, count }: Page): Iterable<bigint> {
  for (let i = 0; i < count; i++) yield bytes.readBigUInt64LE(HEADER_BYTES + i * ELEMENT_BYTES + 8);
}

export function* elementsOf({ name, bytes, count }: Page): Iterable<LeafElement> {
  for (let i = 0; i < count; i++) {
    const at = HEADER_BYTES + i * ELEMENT_BYTES;
    const keyAt = at + bytes.readUInt32LE(at + 4);
    const valueAt = keyAt + bytes.readUInt32LE(at + 8);
    const end = valueAt + bytes.readUInt32LE(at + 12);
    if (keyAt < HEADER_BYTES + count * ELEMENT_BYTES || end > bytes.length)
      throw damaged(name, `has element ${i} outside of it`);
    yield {
      key: bytes.subarray(keyAt, valueAt),
      value: bytes.subarray(valueAt, end),
      isBucket: (bytes.readUInt32LE(at) & BUCKET_FLAG) !== 0,
    };
  }
}
