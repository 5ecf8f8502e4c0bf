import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { DomainError } from '../domain/errors.js';

/** Where the checksum of a file is kept, as `sha256sum -c` reads it. */
export function checksumFile(file: string): string {
  return `${file}.sha256`;
}

export function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** A line of `sha256sum`. */
export function checksumLine(digest: string, file: string): string {
  return `${digest}  ${basename(file)}\n`;
}

/** Compares a file with the checksum beside it; false when there is none. Throws DomainError when they differ. */
export async function matchesChecksum(file: string): Promise<boolean> {
  const line = await readChecksum(checksumFile(file));
  if (line === null) return false;
  const wanted = /^([0-9a-f]{64})\b/i.exec(line.trim())?.[1]?.toLowerCase();
  if (wanted === undefined)
    throw new DomainError('invalid', `${checksumFile(file)} holds no SHA-256 checksum, as sha256sum writes it`);
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  if (hash.digest('hex') === wanted) return true;
  throw new DomainError(
    'invalid',
    `${file} is not what its checksum in ${checksumFile(file)} is of: it was changed or damaged since it was written. ` +
      'Use another backup; if you have changed it on purpose, remove the checksum file.',
  );
}

async function readChecksum(file: string): Promise<string | null> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}
