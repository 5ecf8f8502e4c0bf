import { describe, expect, it } from 'vitest';
import { BoltFile } from '../../src/bolt/bolt-file.js';
import type { Source } from '../../src/bolt/source.js';
import { type BoltEntry, sealMeta, writeBolt } from '../support/heketi-database/bolt-writer.js';
import { BufferSource } from '../support/heketi-database/buffer-source.js';

const PAGE = 1024;
/** Enough for branches of branches. */
const MANY: readonly BoltEntry[] = Array.from({ length: 3000 }, (_, i) => [
  `key${String(i).padStart(5, '0')}`,
  Buffer.from(`value ${i}`.padEnd(i % 100 === 0 ? 5 * PAGE : 40)),
]);

describe('a Bolt file', () => {
  it.each([512, 1024, 4096, 16_384, 65_536])(
    'with pages of %i bytes is read whole, in the order of its keys',
    (pageSize) => {
      const file = open(writeBolt({ A: MANY, B: [['k', Buffer.from('v')]], C: [] }, { pageSize }));
      expect(file.meta.pageSize).toBe(pageSize);
      const walk = file.walk();
      expect(textsOf(walk.entries('A'))).toEqual(MANY.map(([key, value]) => [key, value.toString()]));
      expect(textsOf(walk.entries('B'))).toEqual([['k', 'v']]);
      expect(textsOf(walk.entries('C'))).toEqual([]);
      expect(textsOf(walk.entries('D'))).toEqual([]);
    },
  );

  it('is read page by page, and none of them twice', () => {
    const bytes = writeBolt({ A: MANY }, { pageSize: PAGE });
    const source = new BufferSource(bytes);
    const walk = new BoltFile(source).walk();
    const before = source.bytesRead;
    const first = walk.entries('A')[Symbol.iterator]().next();
    expect(first.done).toBe(false);
    expect(source.bytesRead - before).toBeLessThan(12 * PAGE);
    textsOf(new BoltFile(source).walk().entries('A'));
    expect(source.bytesRead).toBeLessThan(bytes.length * 1.2);
  });
});

describe('of the two meta pages', () => {
  it('the one with the higher transaction counts, wherever it lies', () => {
    for (const transaction of [8n, 9n]) {
      const file = open(writeBolt({ A: [] }, { transaction, pageSize: PAGE }));
      expect(file.meta.transaction).toBe(transaction);
    }
  });

  it.each([
    ['a checksum that is another one', 72],
    ['another mark', 16],
    ['a changed field', 33],
  ])('the older one counts where the newer one has %s', (_what, at) => {
    for (const [transaction, page] of [
      [8n, 0],
      [9n, 1],
    ] as const) {
      const bytes = writeBolt({ A: MANY }, { transaction, pageSize: PAGE });
      bytes[page * PAGE + at] = (bytes[page * PAGE + at] ?? 0) ^ 1;
      const file = open(bytes);
      expect(file.meta.transaction).toBe(transaction - 1n);
      expect(textsOf(file.walk().entries('A'))).toHaveLength(MANY.length);
    }
  });

  it('the second one is found by its own page size where the first page is gone', () => {
    for (const pageSize of [512, 4096, 65_536]) {
      const bytes = writeBolt({ A: MANY }, { pageSize });
      bytes.fill(0, 0, pageSize);
      expect(open(bytes).meta.pageSize).toBe(pageSize);
    }
  });

  it('a checksum of zero counts as sound, as files from before checksums have it', () => {
    const bytes = writeBolt({ A: [] }, { pageSize: PAGE });
    for (const page of [0, PAGE]) bytes.fill(0, page + 72, page + 80);
    expect(textsOf(open(bytes).walk().entries('A'))).toEqual([]);
  });
});

describe('a Bolt file is refused', () => {
  it('with both meta pages damaged, with what is wrong with each', () => {
    const bytes = writeBolt({ A: [] }, { pageSize: PAGE });
    bytes[40] = 1;
    bytes[PAGE + 20] = 9;
    expect(() => open(bytes)).toThrow(/damaged: meta page 0: its checksum is another one, and there is no sound one/);
  });

  it('that counts more pages than can be marked as reached, as one with holes may have', () => {
    const bytes = writeBolt({ A: [] }, { pageSize: PAGE });
    for (const at of [0, PAGE]) {
      bytes.writeBigUInt64LE(2n ** 40n, at + 56);
      sealMeta(bytes.subarray(at, at + PAGE));
    }
    const withHoles: Source = {
      bytes: 2 ** 52,
      read: (at, length) => Buffer.concat([bytes.subarray(at, at + length)], length),
    };
    expect(() => new BoltFile(withHoles).walk()).toThrow(/meta page 0: it counts 1099511627776 pages, more than/);
  });

  it('that is shorter than its pages, though those that are reached are there', () => {
    const bytes = writeBolt({ A: MANY }, { pageSize: PAGE });
    expect(() => open(bytes.subarray(0, bytes.length - 1))).toThrow(
      /it is cut: it has \d+ bytes, and its \d+ pages need/,
    );
  });

  it.each<[string, (bytes: Buffer, root: number) => void, RegExp]>([
    [
      'a page of zeros',
      (bytes, root) => bytes.fill(0, root * PAGE, (root + 1) * PAGE),
      /page \d+ says that it is page 0/,
    ],
    [
      'a page of an unknown kind',
      (bytes, root) => bytes.writeUInt16LE(0x40, root * PAGE + 8),
      /neither a branch nor a leaf \(0x40\)/,
    ],
    [
      'a page that calls itself another',
      (bytes, root) => bytes.writeBigUInt64LE(3n, root * PAGE),
      /says that it is page 3/,
    ],
    [
      'a page with more elements than fit',
      (bytes, root) => bytes.writeUInt16LE(60_000, root * PAGE + 10),
      /counts 60000 elements/,
    ],
    ['a branch without children', (bytes, root) => bytes.writeUInt16LE(0, root * PAGE + 10), /branch without children/],
    [
      'a page that goes on beyond the end',
      (bytes, root) => bytes.writeUInt32LE(0xffffffff, root * PAGE + 12),
      /goes on for 4294967296 pages/,
    ],
    [
      'a child beyond the end',
      (bytes, root) => bytes.writeBigUInt64LE(2n ** 60n, root * PAGE + 24),
      /page 1152921504606846976 is asked for/,
    ],
    ['a meta page as a child', (bytes, root) => bytes.writeBigUInt64LE(1n, root * PAGE + 24), /page 1 is asked for/],
    ['a circle', (bytes, root) => bytes.writeBigUInt64LE(BigInt(root), root * PAGE + 24), /go round in a circle/],
    [
      'a child that is there twice',
      (bytes, root) => bytes.copy(bytes, root * PAGE + 40, root * PAGE + 24, root * PAGE + 32),
      /go round in a circle/,
    ],
    [
      'a list of buckets beyond the end',
      (bytes) => setRoot(bytes, 1n << 40n),
      /root page 1099511627776 is none of its/,
    ],
  ])('with %s', (_what, damage, sentence) => {
    const bytes = writeBolt({ A: MANY }, { pageSize: PAGE });
    damage(bytes, rootOf(bytes, 'A'));
    expect(() => textsOf(open(bytes).walk().entries('A'))).toThrow(sentence);
  });

  it.each<[string, (bytes: Buffer, page: number) => void, RegExp]>([
    [
      'an element outside of its page',
      (bytes, page) => bytes.writeUInt32LE(PAGE * 9, page + 28),
      /has element 0 outside of it/,
    ],
    [
      'an element within the table of elements',
      (bytes, page) => bytes.writeUInt32LE(0, page + 20),
      /has element 0 outside of it/,
    ],
    [
      'keys out of order',
      (bytes, page) => bytes.write('zzz', page + bytes.readUInt32LE(page + 20) + 16),
      /out of order/,
    ],
    ['a bucket where a value belongs', (bytes, page) => bytes.writeUInt32LE(1, page + 16), /A\/key00001 is a bucket/],
  ])('with %s', (_what, damage, sentence) => {
    const bytes = writeBolt({ A: MANY.slice(1, 30) }, { pageSize: 4096 });
    damage(bytes, rootOf(bytes, 'A', 4096) * 4096);
    expect(() => textsOf(open(bytes).walk().entries('A'))).toThrow(sentence);
  });

  it('with a chain of branches that is deeper than any tree', () => {
    const bytes = chainOfBranches(200);
    expect(() => textsOf(open(bytes).walk().entries('A'))).toThrow(/lies deeper in A than any tree is/);
  });

  it('with two buckets that share a page', () => {
    const bytes = writeBolt({ A: MANY, B: [...MANY] }, { pageSize: PAGE });
    const walk = open(bytes).walk();
    const [a, b] = [rootOf(bytes, 'A'), rootOf(bytes, 'B')];
    bytes.copy(bytes, b * PAGE + 24, a * PAGE + 24, a * PAGE + 32);
    textsOf(walk.entries('A'));
    expect(() => textsOf(walk.entries('B'))).toThrow(/go round in a circle/);
  });
});

function open(bytes: Buffer): BoltFile {
  return new BoltFile(new BufferSource(bytes));
}

function textsOf(entries: Iterable<readonly [Buffer, Buffer]>): readonly (readonly [string, string])[] {
  return [...entries].map(([key, value]) => [key.toString(), value.toString()]);
}

/** The root page of a bucket that is not inline. */
function rootOf(bytes: Buffer, bucket: string, pageSize = PAGE): number {
  const page = Number(open(bytes).meta.rootPage) * pageSize;
  const count = bytes.readUInt16LE(page + 10);
  for (let i = 0; i < count; i++) {
    const at = page + 16 + i * 16;
    const key = at + bytes.readUInt32LE(at + 4);
    const length = bytes.readUInt32LE(at + 8);
    if (bytes.toString('latin1', key, key + length) === bucket) return Number(bytes.readBigUInt64LE(key + length));
  }
  throw new Error(`there is no bucket ${bucket}`);
}

function setRoot(bytes: Buffer, root: bigint): void {
  for (const at of [0, PAGE]) {
    bytes.writeBigUInt64LE(root, at + 32);
    sealMeta(bytes.subarray(at, at + PAGE));
  }
}

/** Each with one child, the next one. */
function chainOfBranches(length: number): Buffer {
  const bytes = writeBolt({ A: MANY }, { pageSize: PAGE });
  const end = bytes.length / PAGE;
  const chain = Buffer.alloc(length * PAGE);
  for (let i = 0; i < length; i++) {
    chain.writeBigUInt64LE(BigInt(end + i), i * PAGE);
    chain.writeUInt16LE(1, i * PAGE + 8);
    chain.writeUInt16LE(1, i * PAGE + 10);
    chain.writeBigUInt64LE(BigInt(end + i + 1), i * PAGE + 24);
  }
  bytes.writeBigUInt64LE(BigInt(end), rootOf(bytes, 'A') * PAGE + 24);
  for (const at of [0, PAGE]) {
    bytes.writeBigUInt64LE(BigInt(end + length), at + 56);
    sealMeta(bytes.subarray(at, at + PAGE));
  }
  return Buffer.concat([bytes, chain]);
}
