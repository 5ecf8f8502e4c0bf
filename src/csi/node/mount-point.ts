import path from 'node:path';
import { CsiError, requireField } from '../rpc/csi-error.js';
import type { Node } from './node.js';

/**
 * A path that a request names, as the mount table has it: without symbolic links among its parents. Throws INVALID_ARGUMENT for
 * one that is none, or leads elsewhere than it says.
 */
export async function readMountPoint(value: string, field: string, { host }: Node): Promise<string> {
  const plain = plainPath(requireField(value, field));
  if (plain === null)
    throw new CsiError('INVALID_ARGUMENT', `${field} must be an absolute path without "..", and not the root`);
  return host.realPath(plain);
}

/** An absolute path without slashes and dots that say nothing; null: it is none, goes upwards, or is the root. */
export function plainPath(given: string): string | null {
  const isPath = path.isAbsolute(given) && !given.split('/').includes('..') && !given.includes('\0');
  const plain = isPath ? path.resolve(given) : '/';
  return plain === '/' ? null : plain;
}

/** A folder to mount on, where nothing is mounted. Throws FAILED_PRECONDITION where a link would lead the mount elsewhere. */
export async function makeMountPoint(target: string, { host }: Node): Promise<void> {
  try {
    await host.makeDirectory(target);
  } catch (cause) {
    throw new CsiError('INTERNAL', `the folder ${target} can't be made: ${(cause as Error).message}`, { cause });
  }
  if (await host.isDirectory(target)) return;
  throw new CsiError('FAILED_PRECONDITION', `${target} is no folder, but a symbolic link: nothing is mounted on it`);
}
