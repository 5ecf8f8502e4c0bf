import { DomainError } from './errors.js';

/** glusterd wants less than 256 characters for it together with the slash before it. */
const MAX_FILE_NAME = 254;

/**
 * glusterd keeps a file NAME.HOST.PATH.vol for each brick, with dashes for the slashes of its path. A longer one is
 * refused by every gluster (seen in 10.3); old ones (3.x) refuse shorter names too, by the length of the whole path.
 */
export function refuseLongVolumeName(name: string, host: string, brickPath: string): void {
  const file = `${name}.${host}.${brickPath.slice(1).replaceAll('/', '-')}.vol`;
  const surplus = Buffer.byteLength(file) - MAX_FILE_NAME;
  if (surplus <= 0) return;
  throw new DomainError(
    'invalid',
    `Volume name ${name.slice(0, 64)}... has ${name.length} characters, and gluster can store at most ${name.length - surplus} for a brick on ${host}: choose a shorter name, or a shorter prefix for volume names`,
  );
}
