import type { Command } from '../../executor.js';
import { program, SHORT_TIMEOUT_MS } from './command-lines.js';
import { APPEND_SCRIPT, DELETE_SCRIPT } from './fstab-script.js';

/** Adds the line, unless its mount point has one already. */
export function appendFstabLine(fstab: string, line: string): Command {
  const mountPoint = line.split(' ')[1] ?? '';
  return program(['bash', '-c', APPEND_SCRIPT, 'fstab-append', fstab, mountPoint, line], SHORT_TIMEOUT_MS);
}

/** Deletes the lines of exactly this mount point; succeeds when there are none, or no fstab. */
export function deleteFstabLine(fstab: string, mountPoint: string): Command {
  const argv = ['bash', '-c', DELETE_SCRIPT, 'fstab-delete', fstab, mountPoint, linePattern(mountPoint)];
  return program(argv, SHORT_TIMEOUT_MS);
}

/** Exit code 0: there is a line; 1: none; 2: no such file. */
export function findFstabLine(fstab: string, mountPoint: string): Command {
  const pattern = `${linePattern(mountPoint)}\\([[:blank:]].*\\)\\{0,1\\}$`;
  return program(['grep', '-q', '-s', pattern, fstab], SHORT_TIMEOUT_MS, { mayFail: true });
}

/** The beginning of a basic regular expression: the mount point is a line's second word. */
function linePattern(mountPoint: string): string {
  const literal = mountPoint.replace(/[\\.*^$[\]@]/g, '\\$&');
  return `^[[:blank:]]*[^[:blank:]#][^[:blank:]]*[[:blank:]][[:blank:]]*${literal}`;
}
