import type { CommandResult } from '../../executor.js';

/* What programs of a storage host say when they refuse. What lvm and gluster say has modules of its own. */

/** The program was not even started: there is none of this name where it was looked for. */
export function isProgramMissing({ exitCode, stderr }: CommandResult): boolean {
  if (exitCode === 127) return true;
  return exitCode !== 0 && /^.*: command not found$|executable file not found/m.test(stderr.slice(0, READ_LENGTH));
}

/** The user has not the rights for it. */
export function areRightsMissing(result: CommandResult): boolean {
  if (result.exitCode === 0 || isProgramMissing(result)) return false;
  return NO_RIGHTS.test(result.stderr.slice(0, READ_LENGTH));
}

/** sudo says some things also when it then runs the program. */
const NO_RIGHTS =
  /^sudo: (?!unable to |setrlimit)|Permission denied|Operation not permitted|Running as a non-root user|only root can do/m;
const READ_LENGTH = 8192;

/** `cat`, `sed`, `stat` or `grep` of a file that does not exist. */
export function isFileAbsent({ exitCode, stderr }: CommandResult, path: string): boolean {
  const at = stderr.indexOf(path);
  if (exitCode === 0 || exitCode >= 126 || at < 0) return false;
  return /^['"`’]?: No such file or directory/.test(stderr.slice(at + path.length, at + path.length + 40));
}

/** `umount` of a path that is no mount point, or does not exist. */
export function isNotMounted({ exitCode, stderr }: CommandResult, path: string): boolean {
  const says = ['not mounted', 'no mount point specified', 'mountpoint not found'];
  return exitCode > 0 && exitCode < 126 && says.some((text) => stderr.includes(`${path}: ${text}`));
}
