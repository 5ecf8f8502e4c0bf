import type { CommandResult } from '../executor.js';

const SUDO_REFUSED =
  /^sudo: (?:a password is required|a terminal is required|no tty present|sorry, you must have a tty)/m;
const SUDO_FORBIDDEN = /is not allowed to (?:execute|run)|is not in the sudoers file|may not run sudo/;
const SUDO_NOT_FOUND = /^sudo: .*: command not found/m;

/**
 * Says in our own words that a program was not even started. The shell's words would be "command not found", and
 * "not found" is what lvm says of a volume that is gone.
 */
export function explainFailure(
  host: string,
  program: string,
  result: CommandResult,
  { user, useSudo }: { readonly user: string; readonly useSudo: boolean },
): CommandResult {
  if (result.exitCode === 0) return result;
  const explained = (stderr: string) => ({ ...result, stderr });
  if (useSudo && (SUDO_REFUSED.test(result.stderr) || SUDO_FORBIDDEN.test(result.stderr))) {
    return explained(
      `sudo on ${host} does not let ${user} run ${program} without a password; ` +
        `put this line into /etc/sudoers.d/heketi there: ${user} ALL=(root) NOPASSWD: ALL`,
    );
  }
  const isMissing = result.exitCode === 127 && /command not found|No such file or directory/.test(result.stderr);
  // sudo ends with 1 then, as do programs that ran.
  if (isMissing || (useSudo && SUDO_NOT_FOUND.test(result.stderr)))
    return { ...result, exitCode: 127, stderr: notInstalled(host, program, result.stderr) };
  if (result.exitCode === 126) return explained(`${host} can't execute ${program}: ${result.stderr.trim()}`);
  return result;
}

function notInstalled(host: string, program: string, said: string): string {
  const name = program.slice(program.lastIndexOf('/') + 1);
  const [wanted] = /\/usr\/s?bin\/(?:lvm|udevadm)\b/.exec(said) ?? [];
  if (wanted && !program.endsWith('/lvm') && !program.endsWith('/udevadm')) {
    return (
      `${program} on ${host} found no ${wanted}; it looks nowhere else: install it there, make ${wanted} a link to it, ` +
      'or set lvm_wrapper to a program that finds it'
    );
  }
  if (!program.startsWith('/'))
    return `${program} is missing on ${host}, or its directory is not in the PATH of the user who runs commands there`;
  return (
    `${program} is missing on ${host}, and ${name} is neither in /sbin, /usr/bin and /bin nor in the PATH of the user ` +
    'who runs commands there; install it, or put its directory into that PATH'
  );
}
