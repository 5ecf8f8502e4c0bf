import { statSync } from 'node:fs';
import { DATABASE_VOLUME_NAME } from '../../domain/database-volume.js';
import { DomainError } from '../../domain/errors.js';
import { mountOf } from '../mount-table.js';

const POLL_MS = 5000;

export interface Waiting {
  say(text: string): void;
  pause(ms: number): Promise<void>;
}

/** Whether `folder` lies on the gluster volume that deployments make for the database. */
export function isDatabaseVolume(folder: string, mountTable: string): boolean {
  return mountOf(folder, mountTable)?.includes(DATABASE_VOLUME_NAME) ?? false;
}

/**
 * On the database volume the file has to be there: an empty database would forget the whole cluster, and the volume may
 * only be slow. Waits for it, and throws `unavailable` when it does not come.
 */
export async function awaitDatabase(
  database: string,
  { volumeWaitSeconds }: { readonly volumeWaitSeconds: number },
  { say, pause }: Waiting,
): Promise<void> {
  for (let waitedMs = 0; !hasContents(database); waitedMs += POLL_MS) {
    if (waitedMs >= volumeWaitSeconds * 1000)
      throw new DomainError(
        'unavailable',
        `${database} is missing or empty, though it is on the volume ${DATABASE_VOLUME_NAME}, where it has to be. Not ` +
          'starting with an empty database, which would forget the whole cluster: look at the volume, or put a backup ' +
          'there with: heketi db restore',
      );
    say(`${database} is expected on this volume, waiting for it`);
    await pause(POLL_MS);
  }
}

/** Of length zero is what the start script of Heketi leaves where there was none. */
export function hasContents(database: string): boolean {
  return (statSync(database, { throwIfNoEntry: false })?.size ?? 0) > 0;
}
