import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ConsoleAsset, ConsoleFiles } from '../api/console.js';
import { packageRoot } from '../store/package-root.js';

const TYPES: ReadonlyMap<string, string> = new Map([
  ['.js', 'text/javascript; charset=utf-8'],
  ['.css', 'text/css; charset=utf-8'],
  ['.svg', 'image/svg+xml'],
]);

/** The console as `npm run build` has made it; null when it was not built. */
export function readConsoleFiles(folder = join(packageRoot(), 'dist', 'console')): ConsoleFiles | null {
  let names: string[];
  let page: string;
  try {
    names = readdirSync(folder);
    page = readFileSync(join(folder, 'index.html'), 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
  const assets = names.flatMap((name): ConsoleAsset[] => {
    const type = TYPES.get(name.slice(name.lastIndexOf('.')));
    if (type === undefined) return [];
    const gzipped = names.includes(`${name}.gz`) ? readFileSync(join(folder, `${name}.gz`)) : null;
    return [{ name, type, bytes: readFileSync(join(folder, name)), gzipped }];
  });
  return { page, assets };
}
