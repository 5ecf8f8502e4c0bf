import type { FileSystemUse } from '../../../domain/usage.js';
import { type Executor, runAll } from '../../executor.js';
import { program, SHORT_TIMEOUT_MS } from '../host/command-lines.js';
import { mountPointOf } from './brick.js';

/** A host may have hundreds of bricks; a line of arguments has its bounds. */
const PATHS_AT_ONCE = 64;

/** A file system, and what is mounted there. */
export interface MountedFileSystem extends FileSystemUse {
  /** Such as `/dev/mapper/vg_...-brick_...`. */
  readonly source: string;
}

/** KiB that the file system of each brick of a host holds; null for one that is not mounted, or does not answer. */
export async function usedKibOf(
  { executor }: { readonly executor: Executor },
  host: string,
  brickPaths: readonly string[],
): Promise<readonly (number | null)[]> {
  const mountPoints = brickPaths.map(mountPointOf);
  const found = await readFileSystems(executor, host, mountPoints, SHORT_TIMEOUT_MS);
  return mountPoints.map((path) => found.get(path)?.usedKib ?? null);
}

/** What is mounted at these places, in one round trip; nothing of one where nothing is, or that does not answer. */
export async function readFileSystems(
  executor: Executor,
  host: string,
  mountPoints: readonly string[],
  timeoutMs: number,
  signal?: AbortSignal,
): Promise<ReadonlyMap<string, MountedFileSystem>> {
  const found = new Map<string, MountedFileSystem>();
  if (mountPoints.length === 0) return found;
  const batch = [];
  for (let from = 0; from < mountPoints.length; from += PATHS_AT_ONCE) {
    const paths = mountPoints.slice(from, from + PATHS_AT_ONCE);
    batch.push(program(['df', '-P', '-k', ...paths], timeoutMs, { mayFail: true, isReading: true }));
  }
  const wanted = new Set(mountPoints);
  for (const { stdout } of await runAll(executor, host, batch, signal))
    for (const line of stdout.split('\n')) {
      const parsed = parseFileSystem(line);
      if (parsed && wanted.has(parsed.mountPoint)) found.set(parsed.mountPoint, parsed.fileSystem);
    }
  return found;
}

/**
 * A line of `df -P -k`. Null unless it is one, with sizes that can be. Whoever asked for a mount point looks for that very
 * one: of a path that is none, df shows the file system that the path lies on.
 */
export function parseFileSystem(
  line: string,
): { readonly mountPoint: string; readonly fileSystem: MountedFileSystem } | null {
  const [, source = '', total = '', used = '', free = '', mountPoint = ''] =
    /^(\S+) +(\d{1,15}) +(\d{1,15}) +(\d{1,15}) +(?:\d{1,3}%|-) +(\S+)$/.exec(line) ?? [];
  const fileSystem = { source, totalKib: Number(total), usedKib: Number(used), freeKib: Number(free) };
  const isPossible = fileSystem.totalKib > 0 && fileSystem.usedKib + fileSystem.freeKib <= fileSystem.totalKib;
  return isPossible ? { mountPoint, fileSystem } : null;
}
