import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of the package this file belongs to, whether it runs as built or from its source. */
export function packageRoot(): string {
  let directory = dirname(fileURLToPath(import.meta.url));
  for (;;) {
    if (existsSync(join(directory, 'migrations', '0001_initial.sql'))) return directory;
    const parent = dirname(directory);
    if (parent === directory) throw new Error('the directory "migrations" of this program is missing');
    directory = parent;
  }
}
