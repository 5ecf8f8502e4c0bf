import { fnv64 } from '../../../src/bolt/meta.js';

/* Writes Bolt files as Bolt lays them out: for tests and measurements, in memory. */

export type BoltEntry = readonly [key: Buffer | string, value: Buffer];

export interface BoltOptions {
  readonly pageSize?: number;
  readonly transaction?: bigint;
}

const HEADER = 16;
const ELEMENT = 16;
const BRANCH = 1;
const LEAF = 2;
const META = 4;
const FREE_LIST = 16;

/** A whole file with these buckets. Small ones are inline, as with Bolt. */
export function writeBolt(
  buckets: Readonly<Record<string, readonly BoltEntry[]>>,
  { pageSize = 4096, transaction = 7n }: BoltOptions = {},
): Buffer {
  const pages = new PageWriter(pageSize);
  pages.add(pageBytes(FREE_LIST, []));
  const top = Object.entries(buckets)
    .map(([name, entries]): Element => ({ flags: 1, key: Buffer.from(name), value: bucketValue(pages, entries) }))
    .sort((a, b) => Buffer.compare(a.key, b.key));
  const root = pages.tree(top);
  return pages.file(root, transaction);
}

interface Element {
  readonly flags: number;
  readonly key: Buffer;
  readonly value: Buffer;
}

function bucketValue(pages: PageWriter, entries: readonly BoltEntry[]): Buffer {
  const elements = entries
    .map(([key, value]): Element => ({ flags: 0, key: Buffer.from(key), value }))
    .sort((a, b) => Buffer.compare(a.key, b.key));
  const bytes = HEADER + elements.reduce((sum, { key, value }) => sum + ELEMENT + key.length + value.length, 0);
  const header = Buffer.alloc(16);
  if (bytes <= pages.pageSize / 4) return Buffer.concat([header, pageBytes(LEAF, elements)]);
  header.writeBigUInt64LE(BigInt(pages.tree(elements)));
  return header;
}

class PageWriter {
  readonly pageSize: number;
  readonly #blocks: Buffer[] = [];
  #next = 2;

  constructor(pageSize: number) {
    this.pageSize = pageSize;
  }

  /** Answers its number. */
  add(bytes: Buffer): number {
    const count = Math.max(1, Math.ceil(bytes.length / this.pageSize));
    const block = Buffer.alloc(count * this.pageSize);
    bytes.copy(block);
    const id = this.#next;
    this.#next += count;
    block.writeBigUInt64LE(BigInt(id), 0);
    block.writeUInt32LE(count - 1, 12);
    this.#blocks.push(block);
    return id;
  }

  /** Leaves, and branches above them until there is one page; answers that. */
  tree(elements: readonly Element[]): number {
    let level = this.#group(elements, ({ key, value }) => key.length + value.length).map((group) => ({
      key: group[0]?.key ?? Buffer.alloc(0),
      id: this.add(pageBytes(LEAF, group)),
    }));
    while (level.length > 1) {
      level = this.#group(level, ({ key }) => key.length).map((group) => ({
        key: group[0]?.key ?? Buffer.alloc(0),
        id: this.add(branchBytes(group)),
      }));
    }
    return level[0]?.id ?? 0;
  }

  /** As many as fit into a page, two at least. */
  #group<T>(items: readonly T[], size: (item: T) => number): readonly (readonly T[])[] {
    const groups: T[][] = [[]];
    let bytes = HEADER;
    for (const item of items) {
      let group = groups.at(-1) as T[];
      bytes += ELEMENT + size(item);
      if (bytes > this.pageSize && group.length >= 2) {
        group = [];
        groups.push(group);
        bytes = HEADER + ELEMENT + size(item);
      }
      group.push(item);
    }
    return groups;
  }

  file(root: number, transaction: bigint): Buffer {
    const metas = [transaction - 1n, transaction]
      .sort((a, b) => Number((a % 2n) - (b % 2n)))
      .map((id, page) => this.#meta(page, root, id));
    return Buffer.concat([...metas, ...this.#blocks]);
  }

  #meta(page: number, root: number, transaction: bigint): Buffer {
    const bytes = Buffer.alloc(this.pageSize);
    bytes.writeBigUInt64LE(BigInt(page), 0);
    bytes.writeUInt16LE(META, 8);
    bytes.writeUInt32LE(0xed0cdaed, 16);
    bytes.writeUInt32LE(2, 20);
    bytes.writeUInt32LE(this.pageSize, 24);
    bytes.writeBigUInt64LE(BigInt(root), 32);
    bytes.writeBigUInt64LE(2n, 48);
    bytes.writeBigUInt64LE(BigInt(this.#next), 56);
    bytes.writeBigUInt64LE(transaction, 64);
    sealMeta(bytes);
    return bytes;
  }
}

/** Gives a meta page, which was changed, the checksum of what it says. */
export function sealMeta(page: Buffer): void {
  page.writeBigUInt64LE(fnv64(page.subarray(16, 72)), 72);
}

function pageBytes(flags: number, elements: readonly Element[]): Buffer {
  const table = Buffer.alloc(HEADER + elements.length * ELEMENT);
  table.writeUInt16LE(flags, 8);
  table.writeUInt16LE(elements.length, 10);
  let at = table.length;
  for (const [i, { flags: elementFlags, key, value }] of elements.entries()) {
    const element = HEADER + i * ELEMENT;
    table.writeUInt32LE(elementFlags, element);
    table.writeUInt32LE(at - element, element + 4);
    table.writeUInt32LE(key.length, element + 8);
    table.writeUInt32LE(value.length, element + 12);
    at += key.length + value.length;
  }
  return Buffer.concat([table, ...elements.flatMap(({ key, value }) => [key, value])]);
}

function branchBytes(children: readonly { readonly key: Buffer; readonly id: number }[]): Buffer {
  const table = Buffer.alloc(HEADER + children.length * ELEMENT);
  table.writeUInt16LE(BRANCH, 8);
  table.writeUInt16LE(children.length, 10);
  let at = table.length;
  for (const [i, { key, id }] of children.entries()) {
    const element = HEADER + i * ELEMENT;
    table.writeUInt32LE(at - element, element);
    table.writeUInt32LE(key.length, element + 4);
    table.writeBigUInt64LE(BigInt(id), element + 8);
    at += key.length;
  }
  return Buffer.concat([table, ...children.map(({ key }) => key)]);
}
