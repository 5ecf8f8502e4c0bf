import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, renameSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';

/**
 * A library for LD_PRELOAD, compiled once for each text of it. A C compiler is needed, as for building
 * better-sqlite3.
 */
export function preloadedLibrary(source: string): string {
  const text = readFileSync(source);
  const name = basename(source, '.c');
  const file = join(tmpdir(), `mortar-${name}-${process.getuid?.() ?? 0}-${text.length}.so`);
  if (existsSync(file) && statSync(file).mtimeMs > statSync(source).mtimeMs) return file;
  const own = `${file}.${process.pid}`;
  execFileSync('cc', ['-shared', '-fPIC', '-O1', '-o', own, source, '-ldl']);
  renameSync(own, file);
  return file;
}
