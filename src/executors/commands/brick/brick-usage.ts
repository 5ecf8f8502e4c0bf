import { type Executor, runAll } from '../../executor.js';
import { program, SHORT_TIMEOUT_MS } from '../host/command-lines.js';
import { mountPointOf } from './brick.js';

/** KiB that the file system of each brick of a host holds; null for one that is not mounted, or does not answer. */
export async function usedKibOf(
  { executor }: { readonly executor: Executor },
  host: string,
  brickPaths: readonly string[],
): Promise<readonly (number | null)[]> {
  if (brickPaths.length === 0) return [];
  const mountPoints = brickPaths.map(mountPointOf);
  const batch = mountPoints.map((path) =>
    program(['df', '-P', '-k', path], SHORT_TIMEOUT_MS, { mayFail: true, isReading: true }),
  );
  const answers = await runAll(executor, host, batch);
  return mountPoints.map((path, i) => parseUsed(answers[i]?.stdout ?? '', path));
}

/**
 * What `df -P` shows as used, in its blocks. Null unless it shows the very mount point: of a path that is none, it shows
 * the file system that the path lies on.
 */
export function parseUsed(output: string, mountPoint: string): number | null {
  for (const line of output.split('\n')) {
    const [, used = '', at = ''] = /^\S+ +\d+ +(\d+) +\d+ +\d+% +(\S+)$/.exec(line) ?? [];
    if (at === mountPoint) return Number(used);
  }
  return null;
}
