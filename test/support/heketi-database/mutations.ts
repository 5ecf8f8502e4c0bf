import { sealMeta } from './bolt-writer.js';

type Random = () => number;

/** A copy of a Bolt file with one to four faults of different kinds: bits, pages, pointers, lengths, its end. */
export function mutate(original: Buffer, random: Random): Buffer {
  let bytes: Buffer = Buffer.from(original);
  const pageSize = pageSizeOf(bytes);
  for (let left = 1 + below(4, random); left > 0; left--) {
    const mutation = MUTATIONS[below(MUTATIONS.length, random)] as Mutation;
    if (bytes.length > 0) bytes = mutation(bytes, pageSize, random);
  }
  return bytes;
}

type Mutation = (bytes: Buffer, pageSize: number, random: Random) => Buffer;

const MUTATIONS: readonly Mutation[] = [
  flipBits,
  flipBits,
  cut,
  grow,
  damagePage,
  changePageHeader,
  changeElement,
  changeElement,
  changeMeta,
  swapPages,
  changeValue,
  changeValue,
];

const below = (limit: number, random: Random): number => Math.floor(random() * limit);

function pageSizeOf(bytes: Buffer): number {
  const said = bytes.length >= 28 ? bytes.readUInt32LE(24) : 0;
  return said >= 512 && said <= 65_536 ? said : 4096;
}

function flipBits(bytes: Buffer, _pageSize: number, random: Random): Buffer {
  for (let left = 1 + below(8, random); left > 0; left--) {
    const at = below(bytes.length, random);
    bytes[at] = (bytes[at] ?? 0) ^ (1 << below(8, random));
  }
  return bytes;
}

function cut(bytes: Buffer, _pageSize: number, random: Random): Buffer {
  return bytes.subarray(0, below(bytes.length, random));
}

function grow(bytes: Buffer, pageSize: number, random: Random): Buffer {
  return Buffer.concat([bytes, Buffer.alloc(below(3 * pageSize, random), below(256, random))]);
}

function damagePage(bytes: Buffer, pageSize: number, random: Random): Buffer {
  const at = pageAt(bytes, pageSize, random);
  const end = Math.min(bytes.length, at + pageSize);
  if (random() < 0.5) return bytes.fill(0, at, end);
  for (let i = at; i < end; i++) bytes[i] = below(256, random);
  return bytes;
}

function swapPages(bytes: Buffer, pageSize: number, random: Random): Buffer {
  const [one, other] = [pageAt(bytes, pageSize, random), pageAt(bytes, pageSize, random)];
  const kept = Buffer.from(bytes.subarray(one, one + pageSize));
  bytes.copy(bytes, one, other, other + pageSize);
  kept.copy(bytes, other);
  return bytes;
}

function changePageHeader(bytes: Buffer, pageSize: number, random: Random): Buffer {
  const at = pageAt(bytes, pageSize, random) + (([0, 8, 10, 12] as const)[below(4, random)] ?? 0);
  return writeNumber(bytes, at, random);
}

/** Position, length of key or value, flags or child of an element of some page. */
function changeElement(bytes: Buffer, pageSize: number, random: Random): Buffer {
  const page = pageAt(bytes, pageSize, random);
  if (page + 16 > bytes.length) return bytes;
  const count = Math.max(1, Math.min(bytes.readUInt16LE(page + 10), 50));
  return writeNumber(bytes, page + 16 + 16 * below(count, random) + 4 * below(4, random), random);
}

/** Both meta pages, with checksums that fit, so that what they say is believed. */
function changeMeta(bytes: Buffer, pageSize: number, random: Random): Buffer {
  const at = ([20, 24, 32, 48, 56, 64] as const)[below(6, random)] ?? 0;
  const sought = Buffer.alloc(4);
  writeNumber(sought, 0, random);
  for (const page of [0, pageSize]) {
    if (page + 80 > bytes.length) continue;
    sought.copy(bytes, page + at);
    if (random() < 0.8) sealMeta(bytes.subarray(page, page + 80));
  }
  return bytes;
}

/** A byte of the value of an element of some leaf: definitions, lengths and contents in gob. */
function changeValue(bytes: Buffer, pageSize: number, random: Random): Buffer {
  const page = pageAt(bytes, pageSize, random);
  if (page + 16 > bytes.length || bytes.readUInt16LE(page + 8) !== 2) return bytes;
  const count = bytes.readUInt16LE(page + 10);
  const element = page + 16 + 16 * below(Math.max(count, 1), random);
  if (element + 16 > bytes.length) return bytes;
  const value = element + bytes.readUInt32LE(element + 4) + bytes.readUInt32LE(element + 8);
  const at = value + below(Math.max(bytes.readUInt32LE(element + 12), 1), random);
  if (at < bytes.length) bytes[at] = random() < 0.5 ? below(256, random) : (bytes[at] ?? 0) + 1;
  return bytes;
}

function pageAt(bytes: Buffer, pageSize: number, random: Random): number {
  return below(Math.ceil(bytes.length / pageSize), random) * pageSize;
}

const INTERESTING = [0, 1, 2, 3, 0x7f, 0xff, 0x100, 0xffff, 0x10000, 0x7fffffff, 0xffffffff];

function writeNumber(bytes: Buffer, at: number, random: Random): Buffer {
  if (at + 4 > bytes.length) return bytes;
  const kind = random();
  const old = bytes.readUInt32LE(at);
  if (kind < 0.4) bytes.writeUInt32LE(INTERESTING[below(INTERESTING.length, random)] ?? 0, at);
  else if (kind < 0.8) bytes.writeUInt32LE((old + below(9, random) - 4) >>> 0, at);
  else bytes.writeUInt32LE(below(2 ** 32, random), at);
  return bytes;
}
