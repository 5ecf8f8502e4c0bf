import type { CommandResult } from '../../executor.js';

export function succeed(stdout = '', stderr = ''): CommandResult {
  return { exitCode: 0, stdout, stderr };
}

/** A failure with its lines on stderr. */
export function fail(exitCode: number, ...lines: readonly string[]): CommandResult {
  return { exitCode, stdout: '', stderr: lines.map((line) => `${line}\n`).join('') };
}
