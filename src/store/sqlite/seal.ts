import { randomInt } from 'node:crypto';

/*
 * A file that is complete carries the same number in its first page (SQLite's user_version) and behind its last one. The
 * number is new each time, is written when all that is between is in the file, and goes before any of that changes. So whoever
 * reads the file from its beginning to its end, however long that takes, and finds the same number twice, has read one state.
 *
 * SQLite takes how many pages there are from the first one, and cuts off what is behind them when it writes to the file.
 */

/** In a file that needs its log. */
export const NO_SEAL = 0;

const MARK = 'mortar-sealed ';
/** The mark and eight digits. */
const SEAL_BYTES = MARK.length + 8;
const PAGE_SIZE_AT = 16;
const PAGE_COUNT_AT = 28;
const SEAL_AT = 60;
export const HEADER_BYTES = 100;

export function newSeal(): number {
  return randomInt(1, 2 ** 31);
}

/** What stands behind the last page. */
export function sealBytes(seal: number): Buffer {
  return Buffer.from(`${MARK}${seal.toString(16).padStart(8, '0')}`);
}

/** Whether a file is sealed; `read` answers the bytes that are there, which may be fewer. */
export function isSealedFile(read: (at: number, length: number) => Buffer): boolean {
  const header = read(0, HEADER_BYTES);
  if (header.length < HEADER_BYTES) return false;
  const seal = header.readInt32BE(SEAL_AT);
  return seal !== NO_SEAL && read(endOfPages(header), SEAL_BYTES).equals(sealBytes(seal >>> 0));
}

/** Where the pages end, as the first of them says. */
export function endOfPages(header: Buffer): number {
  const pageSize = header.readUInt16BE(PAGE_SIZE_AT);
  // 65536 does not fit.
  return (pageSize === 1 ? 65_536 : pageSize) * header.readUInt32BE(PAGE_COUNT_AT);
}
