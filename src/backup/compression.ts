import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';

const packAsync = promisify(gzip);
const unpackAsync = promisify(gunzip);

/** In libuv's pool: a large database takes seconds. */
export function pack(bytes: Buffer): Promise<Buffer> {
  return packAsync(bytes, { level: 9 });
}

export function unpack(bytes: Buffer): Promise<Buffer> {
  return unpackAsync(bytes);
}
