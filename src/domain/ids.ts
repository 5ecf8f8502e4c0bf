import { randomBytes } from 'node:crypto';

/** 16 random bytes as 32 lower-case hex digits: the form of every id in the store and on the wire. */
export type Id = string;

export function newId(): Id {
  return randomBytes(16).toString('hex');
}

/** True for exactly 32 hex digits, in either case. */
export function isId(text: string): boolean {
  return /^[0-9a-fA-F]{32}$/.test(text);
}
