import { DomainError } from '../domain/errors.js';
import { damaged } from './damage.js';
import type { Source } from './source.js';

/** What a meta page says of a Bolt file: one consistent state of it. */
export interface Meta {
  /** Bytes; that of the memory pages of the machine that made the file. */
  readonly pageSize: number;
  /** Of the bucket that holds the buckets. */
  readonly rootPage: number;
  /** Pages in use have lower numbers. */
  readonly endPage: number;
  /** The higher one is the newer state. */
  readonly transaction: bigint;
}

const PAGE_HEADER_BYTES = 16;
const META_BYTES = 64;
const MAGIC = 0xed0cdaed;
const VERSION = 2;
const LEAST_PAGE_SIZE = 512;
const GREATEST_PAGE_SIZE = 65_536;
/** 1 TiB of usual pages. A reader marks each that it has reached: a file with holes may count any number of them. */
const MOST_PAGES = 2n ** 28n;

/**
 * The newest state of a Bolt file that can be trusted: of its two meta pages the one with the higher transaction, or the
 * other one if that is damaged. The second one lies where the page size says; that is sought where the first one is
 * damaged. Throws DomainError for a file that is no Bolt file, is damaged, or has lost its end.
 */
export function readMeta(source: Source): Meta {
  const found = metaPages(source);
  const sound = found.flatMap(({ meta }) => (meta === null ? [] : [meta]));
  const [first, second] = sound;
  if (first === undefined) throw refusal(found.map(({ fault }) => fault ?? ''));
  const newest = second !== undefined && second.transaction > first.transaction ? second : first;
  const neededBytes = newest.endPage * newest.pageSize;
  if (neededBytes > source.bytes) {
    throw new DomainError(
      'invalid',
      `it is cut: it has ${source.bytes} bytes, and its ${newest.endPage} pages need ${neededBytes}`,
    );
  }
  return newest;
}

/** Whether a file has a meta page of Bolt's, sound or not: what else may be wrong with it is found when it is read. */
export function looksLikeBolt(source: Source): boolean {
  return [0, ...pageSizes()].some((at) => {
    const bytes = readMetaBytes(source, at);
    return bytes !== null && bytes.readUInt32LE(0) === MAGIC;
  });
}

type Found = { readonly meta: Meta; readonly fault: null } | { readonly meta: null; readonly fault: string };

function metaPages(source: Source): readonly Found[] {
  const first = metaAt(source, 0);
  if (first.meta !== null) {
    const { pageSize } = first.meta;
    const second = metaAt(source, pageSize);
    const isOther = second.meta !== null && second.meta.pageSize !== pageSize;
    return [first, isOther ? faulty('its page size is another one') : second];
  }
  for (const pageSize of pageSizes()) {
    const second = metaAt(source, pageSize);
    if (second.meta?.pageSize === pageSize) return [first, second];
  }
  return [first];
}

function* pageSizes(): Iterable<number> {
  for (let size = LEAST_PAGE_SIZE; size <= GREATEST_PAGE_SIZE; size *= 2) yield size;
}

function metaAt(source: Source, pageAt: number): Found {
  const bytes = readMetaBytes(source, pageAt);
  if (bytes === null) return faulty('the file ends before it');
  if (bytes.readUInt32LE(0) !== MAGIC) return faulty('it has not the mark of Bolt');
  if (bytes.readUInt32LE(4) !== VERSION) return faulty(`its version is ${bytes.readUInt32LE(4)}, and not ${VERSION}`);
  const stored = bytes.readBigUInt64LE(56);
  // Files from before there were checksums have zero; the original takes them.
  if (stored !== 0n && stored !== fnv64(bytes.subarray(0, 56))) return faulty('its checksum is another one');
  const pageSize = bytes.readUInt32LE(8);
  if (![...pageSizes()].includes(pageSize)) return faulty(`its page size is ${pageSize}`);
  const [rootPage, endPage] = [bytes.readBigUInt64LE(16), bytes.readBigUInt64LE(40)];
  if (endPage > MOST_PAGES) return faulty(`it counts ${endPage} pages, more than can be true`);
  if (rootPage < 2n || rootPage >= endPage) return faulty(`its root page ${rootPage} is none of its ${endPage} pages`);
  const transaction = bytes.readBigUInt64LE(48);
  return { meta: { pageSize, rootPage: Number(rootPage), endPage: Number(endPage), transaction }, fault: null };
}

function faulty(fault: string): Found {
  return { meta: null, fault };
}

function readMetaBytes(source: Source, pageAt: number): Buffer | null {
  const at = pageAt + PAGE_HEADER_BYTES;
  return at + META_BYTES <= source.bytes ? source.read(at, META_BYTES) : null;
}

function refusal([first = '', second]: readonly string[]): DomainError {
  const others = second === undefined ? ', and there is no sound one behind it' : `, and meta page 1: ${second}`;
  return damaged('meta page 0:', `${first}${others}`);
}

const FNV_OFFSET = 0xcbf29ce484222325n;
const FNV_PRIME = 0x100000001b3n;

/** FNV-1a of 64 bits. */
export function fnv64(bytes: Uint8Array): bigint {
  let hash = FNV_OFFSET;
  for (const byte of bytes) hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * FNV_PRIME);
  return hash;
}
