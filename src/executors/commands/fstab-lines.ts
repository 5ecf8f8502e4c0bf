import type { Command } from '../executor.js';
import { program, SHORT_TIMEOUT_MS } from './command-lines.js';

/**
 * All edits of the fstab take a lock on the host: `sed -i` replaces the file, and a line that another command
 * appends at that moment would go with the old one. Such a brick would be missing after the next restart.
 */
function locked(fstab: string, argv: readonly string[], flags: { readonly mayFail?: boolean } = {}): Command {
  return program(['flock', `${fstab}.lock`, ...argv], SHORT_TIMEOUT_MS, flags);
}

export function appendFstabLine(fstab: string, line: string): Command {
  return locked(fstab, ['awk', `BEGIN {print "${awkText(line)}" >> "${awkText(fstab)}"}`]);
}

/** Deletes the lines of exactly this mount point; succeeds when there are none. */
export function deleteFstabLine(fstab: string, mountPoint: string): Command {
  return locked(fstab, ['sed', '-i.save', `\\@${linePattern(mountPoint)}@d`, fstab]);
}

/** Exit code 0: there is a line; 1: none; 2: no such file. */
export function findFstabLine(fstab: string, mountPoint: string): Command {
  return program(['grep', '-q', '-s', linePattern(mountPoint), fstab], SHORT_TIMEOUT_MS, { mayFail: true });
}

/** A basic regular expression: the mount point is a line's second word. */
function linePattern(mountPoint: string): string {
  const literal = mountPoint.replace(/[\\.*^$[\]@]/g, '\\$&');
  return `^[^[:space:]#][^[:space:]]*[[:space:]][[:space:]]*${literal}[[:space:]]`;
}

function awkText(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('"', '\\"');
}
