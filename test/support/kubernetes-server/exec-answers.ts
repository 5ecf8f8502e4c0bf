import { randomBytes } from 'node:crypto';

/** What is said on the status channel; `plain` is for protocols that know no objects, null where they say nothing. */
export interface ExecStatus {
  readonly object: object;
  readonly plain: string | null;
}

export const SUCCESS: ExecStatus = { object: { metadata: {}, status: 'Success' }, plain: null };

/** The message repeats all arguments. */
export function exitStatus(argv: readonly string[], exitCode: number): ExecStatus {
  if (exitCode === 0) return SUCCESS;
  const message = `command terminated with non-zero exit code: error executing command [${argv.join(' ')}], exit code ${exitCode}`;
  const details = { causes: [{ reason: 'ExitCode', message: String(exitCode) }] };
  return { object: { metadata: {}, status: 'Failure', message, reason: 'NonZeroExitCode', details }, plain: message };
}

/** The runtime started nothing, and says why. */
export function notStartedStatus(said: string, stage: 'create' | 'start' = 'start'): ExecStatus {
  const id = randomBytes(32).toString('hex');
  const runtime = stage === 'start' ? `OCI runtime exec failed: ${said}: unknown` : said;
  const cause = `error executing command in container: failed to exec in container: failed to ${stage} exec "${id}": ${runtime}`;
  const message = `Internal error occurred: ${cause}`;
  const details = { causes: [{ message: cause }] };
  return {
    object: { metadata: {}, status: 'Failure', message, reason: 'InternalError', details, code: 500 },
    plain: message,
  };
}

/** As Go writes JSON. */
export function goJson(value: object): string {
  return JSON.stringify(value).replaceAll('<', '\\u003c').replaceAll('>', '\\u003e').replaceAll('&', '\\u0026');
}
