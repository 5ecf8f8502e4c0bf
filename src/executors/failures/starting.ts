import { FAILED, type FailureTable, is, isOneOf } from './row.js';
import { inErrors, type Said } from './said.js';

const NOT_THERE = {
  /** It was not even started: there is none of this name where it was looked for. */
  'program missing': [
    { exit: is(127) },
    { exit: FAILED, says: inErrors(/^.*: command not found$|executable file not found/m) },
  ],
  'program not executable': [{ exit: is(126) }],
  'sudo refused': [
    {
      exit: FAILED,
      says: inErrors(
        /^sudo: (?:a password is required|a terminal is required|no tty present|sorry, you must have a tty)/m,
      ),
    },
    { exit: FAILED, says: inErrors(/is not allowed to (?:execute|run)|is not in the sudoers file|may not run sudo/) },
  ],
} satisfies Partial<FailureTable>;

const NOT_RUN = {
  ...NOT_THERE,
  'sudo failed': [
    {
      exit: FAILED,
      // It says some things also when it then runs the program.
      says: (said) =>
        inErrors(/^sudo: (?!unable to |setrlimit)/m)(said) &&
        !isOneOf(said, NOT_THERE['sudo refused'], undefined) &&
        !isOneOf(said, NOT_THERE['program missing'], undefined),
    },
  ],
} satisfies Partial<FailureTable>;

/** How it shows that a program was not started: for want of it, by sudo, or for want of rights. */
export const STARTING_FAILURES = {
  ...NOT_RUN,
  /** The user who runs commands there has not the rights for it. */
  'rights missing': [
    {
      exit: FAILED,
      says: (said) =>
        inErrors(/Permission denied|Operation not permitted|Running as a non-root user|only root can do/)(said) &&
        !Object.values(NOT_RUN).some((rows) => isOneOf(said, rows, undefined)),
    },
  ],
} satisfies Partial<FailureTable>;

export interface MissingProgram {
  /** Who looked for it. A shell, unlike sudo, ends with an exit code of its own then. */
  readonly by: 'shell' | 'sudo';
  /** Null but for a program of LVM under its full path, which a wrapper may have looked for. */
  readonly wanted: string | null;
}

/** What was not found, where a shell or sudo says so of a program that was not even started. */
export function missingProgram(said: Said): MissingProgram | null {
  const { exitCode, stderr } = said;
  const wanted = /\/usr\/s?bin\/(?:lvm|udevadm)\b/.exec(stderr)?.[0] ?? null;
  if (exitCode === 127 && /command not found|No such file or directory/.test(stderr)) return { by: 'shell', wanted };
  return exitCode !== 0 && /^sudo: .*: command not found/m.test(stderr) ? { by: 'sudo', wanted } : null;
}
