import { randomBytes } from 'node:crypto';

/** 16 random bytes as 32 lower-case hex digits: the form of every id in the store and on the wire. */
export type Id = string;

const ID_BYTES = 16;
/** Drawn at once for many ids: a system call for each would be a noticeable part of a volume create. */
const IDS_PER_DRAW = 256;

let drawn = Buffer.alloc(0);
let position = 0;

export function newId(): Id {
  if (position === drawn.length) {
    drawn = randomBytes(ID_BYTES * IDS_PER_DRAW);
    position = 0;
  }
  position += ID_BYTES;
  return drawn.toString('hex', position - ID_BYTES, position);
}

/** True for exactly 32 hex digits, in either case. */
export function isId(text: string): boolean {
  return /^[0-9a-fA-F]{32}$/.test(text);
}
