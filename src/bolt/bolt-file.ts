import { damaged } from './damage.js';
import { looksLikeBolt, type Meta, readMeta } from './meta.js';
import { childrenOf, elementsOf, type LeafElement, type Page, Pages, pageOf } from './page.js';
import { FileSource, type Source } from './source.js';

/** Pages from a root to a leaf. One with all of 2^64 keys has fewer. */
const DEEPEST_TREE = 64;
const BUCKET_HEADER_BYTES = 16;
const INLINE_BUCKET_BYTES = 32;

/**
 * A Bolt file, as one state of it was written. Only the pages that are asked for are read, one after the other. Whatever is
 * in the file, each read ends, and throws DomainError with the page or key that is wrong. Nothing is written, nor locked.
 */
export class BoltFile {
  readonly meta: Meta;
  readonly #source: Source;

  constructor(source: Source) {
    this.#source = source;
    this.meta = readMeta(source);
  }

  /** One walk over the file, in which no page may be reached twice: each bucket is asked for once. */
  walk(): BoltWalk {
    return new BoltWalk(new Pages(this.#source, this.meta), this.meta.rootPage);
  }
}

export class BoltWalk {
  readonly #pages: Pages;
  readonly #buckets = new Map<string, LeafElement>();

  constructor(pages: Pages, rootPage: number) {
    this.#pages = pages;
    for (const bucket of leaves(pages.read(rootPage), 'the list of buckets', pages)) {
      this.#buckets.set(bucket.key.toString('latin1'), bucket);
    }
  }

  /** What a bucket at the top holds, in the order of its keys; nothing where there is no such bucket. */
  *entries(bucket: string): Iterable<readonly [key: Buffer, value: Buffer]> {
    const found = this.#buckets.get(bucket);
    if (found === undefined) return;
    if (!found.isBucket) throw damaged(bucket, 'is a value, where a bucket is expected');
    const root = bucketRoot(bucket, found.value, this.#pages);
    for (const { key, value, isBucket } of leaves(root, bucket, this.#pages)) {
      if (isBucket) throw damaged(`${bucket}/${printable(key)}`, 'is a bucket, where a value is expected');
      yield [key, value];
    }
  }
}

function bucketRoot(name: string, header: Buffer, pages: Pages): Page {
  if (header.length < BUCKET_HEADER_BYTES) throw damaged(name, `has a header of ${header.length} bytes`);
  const root = header.readBigUInt64LE(0);
  if (root !== 0n) return pages.read(root);
  // A small bucket lies in the value itself, as the image of a leaf.
  if (header.length < INLINE_BUCKET_BYTES) throw damaged(name, `has a header of ${header.length} bytes`);
  const page = pageOf(`the page within ${name}`, header.subarray(BUCKET_HEADER_BYTES));
  if (page.kind !== 'leaf') throw damaged(page.name, 'is a branch');
  return page;
}

function* leaves(root: Page, name: string, pages: Pages): Iterable<LeafElement> {
  let last: Buffer | null = null;
  for (const page of leafPages(root, name, pages, 1)) {
    for (const element of elementsOf(page)) {
      if (last !== null && Buffer.compare(last, element.key) >= 0)
        throw damaged(page.name, `has the key ${printable(element.key)} of ${name} out of order`);
      last = element.key;
      yield element;
    }
  }
}

function* leafPages(page: Page, name: string, pages: Pages, depth: number): Iterable<Page> {
  if (page.kind === 'leaf') {
    yield page;
    return;
  }
  if (depth === DEEPEST_TREE) throw damaged(page.name, `lies deeper in ${name} than any tree is`);
  for (const child of childrenOf(page)) yield* leafPages(pages.read(child), name, pages, depth + 1);
}

/** A key as people can read it, whatever bytes it has. */
export function printable(key: Buffer): string {
  const text = key.subarray(0, 200).toString('latin1');
  return text.replace(/[^\x21-\x7e]/g, (character) => `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`);
}

/** Whether a file was written by Bolt, as far as its first pages tell. */
export function isBoltFile(file: string): boolean {
  const source = new FileSource(file);
  try {
    return looksLikeBolt(source);
  } finally {
    source.close();
  }
}
