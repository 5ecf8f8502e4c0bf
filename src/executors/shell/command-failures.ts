import type { CommandResult } from '../executor.js';
import { failsWith } from '../failures/failures.js';
import { type MissingProgram, missingProgram } from '../failures/starting.js';

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
  const said = { ...result, argv: [program] };
  const explained = (stderr: string) => ({ ...result, stderr });
  if (useSudo && failsWith(said, 'sudo refused')) {
    return explained(
      `sudo on ${host} does not let ${user} run ${program} without a password; ` +
        `put this line into /etc/sudoers.d/heketi there: ${user} ALL=(root) NOPASSWD: ALL`,
    );
  }
  const missing = missingProgram(said);
  if (missing && (missing.by === 'shell' || useSudo))
    return { ...result, exitCode: 127, stderr: notInstalled(host, program, missing) };
  if (failsWith(said, 'program not executable'))
    return explained(`${host} can't execute ${program}: ${result.stderr.trim()}`);
  return result;
}

function notInstalled(host: string, program: string, { wanted }: MissingProgram): string {
  const name = program.slice(program.lastIndexOf('/') + 1);
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
