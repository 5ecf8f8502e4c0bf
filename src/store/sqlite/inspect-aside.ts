import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { DomainError } from '../../domain/errors.js';
import { packageRoot } from '../package-root.js';

/**
 * Looks at every page and index of a copy of a database without holding up the event loop: that of some thousand volumes
 * takes half a second. Rejects with a DomainError that says what is wrong with it.
 */
export function inspectAside(bytes: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(join(packageRoot(), 'dist', 'heketi-inspect.mjs'), { workerData: bytes });
    worker.once('message', (fault: string | null) => {
      if (fault === null) resolve();
      else reject(new DomainError('unavailable', fault));
    });
    worker.once('error', reject);
    worker.once('exit', (code) => reject(new Error(`the inspection of a copy ended with ${code}`)));
  });
}
