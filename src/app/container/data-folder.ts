import { closeSync, existsSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { DomainError } from '../../domain/errors.js';

/** Makes the folder where it is missing, and proves that files can be written in it. Throws `unavailable`. */
export function prepareDataFolder(folder: string): void {
  const probe = join(folder, '.write-test');
  try {
    makeFolder(folder);
    writeProbe(probe);
  } catch (cause) {
    throw new DomainError(
      'unavailable',
      `${folder} is not writable (${(cause as Error).message}): the database is kept there. Mount a volume that user ` +
        `${process.getuid?.() ?? ''} may write, with room left (in Kubernetes: securityContext.fsGroup)`,
      { cause },
    );
  }
}

/** Step by step: `recursive` never ends in a file system that knows nothing of new folders, as /proc. */
function makeFolder(folder: string): void {
  if (existsSync(folder)) return;
  makeFolder(dirname(folder));
  try {
    mkdirSync(folder);
  } catch (error) {
    // Another container has just made it.
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}

/** A full disk still takes the name of a file. */
function writeProbe(file: string): void {
  const descriptor = openSync(file, 'w', 0o600);
  try {
    writeSync(descriptor, Buffer.alloc(4096));
  } finally {
    closeSync(descriptor);
    rmSync(file, { force: true });
  }
}
