import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { dirname } from 'node:path';

/** The kernel's table of what is mounted for this process. */
export const MOUNT_TABLE = '/proc/self/mounts';

/** The table's line of the mount that the folder lies in; the last one where several are mounted over each other. */
export function mountOf(folder: string, mountTable: string): string | null {
  const lines = linesOf(mountTable);
  for (let at = realPath(folder); ; at = dirname(at)) {
    const found = lines.findLast((line) => placeOf(line) === at);
    if (found !== undefined || at === dirname(at)) return found ?? null;
  }
}

/** Whether something is mounted at this very path: a single file, or a folder. */
export function isMountedItself(path: string, mountTable = MOUNT_TABLE): boolean {
  return existsSync(mountTable) && linesOf(mountTable).some((line) => placeOf(line) === realPath(path));
}

function linesOf(mountTable: string): readonly string[] {
  return readFileSync(mountTable, 'utf8').split('\n');
}

/** Blanks, tabs, line ends and backslashes are octal in the table. */
function placeOf(line: string): string {
  const field = line.split(' ')[1] ?? '';
  return field.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
}

function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}
