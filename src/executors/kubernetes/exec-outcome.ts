import type { StatusObject } from '../../kubernetes/status-object.js';

/** What the last word about a program, the Status on its socket, says. */
export type ExecOutcome =
  | { readonly kind: 'exited'; readonly exitCode: number }
  /** The runtime could not start it: there is no such program, or its container was just ending. */
  | { readonly kind: 'not started'; readonly why: string }
  | { readonly kind: 'unknown'; readonly why: string };

const SHOWN_CHARACTERS = 300;

/**
 * Reads the Status; null: it was not understood. `hasWritten`: the program has written something, so that it was started,
 * whatever the Status says.
 *
 * The texts are the runtime's, which differ, so that nothing is read in them. They repeat the program's arguments, which
 * may hold a password: these are taken out of what is shown.
 */
export function readOutcome(status: StatusObject | null, hasWritten: boolean, argv: readonly string[]): ExecOutcome {
  if (status?.status === 'Success') return { kind: 'exited', exitCode: 0 };
  const exitCode = status?.causes.find(({ reason }) => reason === 'ExitCode')?.message ?? '';
  if (status?.reason === 'NonZeroExitCode' && /^\d{1,3}$/.test(exitCode) && Number(exitCode) <= 255)
    return { kind: 'exited', exitCode: Number(exitCode) };
  const shown = status?.message ? withoutArguments(status.message, argv) : 'no text';
  const why = `the container's runtime said ${status?.reason ?? 'something that was not understood'}: ${shown}`;
  if (status?.reason === 'InternalError' && !hasWritten) return { kind: 'not started', why };
  return { kind: 'unknown', why };
}

export function withoutArguments(message: string, argv: readonly string[]): string {
  const longestFirst = argv.slice(1).toSorted((a, b) => b.length - a.length);
  const shown = longestFirst.reduce((text, word) => (word === '' ? text : text.replaceAll(word, '...')), message);
  return shown.length > SHOWN_CHARACTERS ? `${shown.slice(0, SHOWN_CHARACTERS)}...` : shown;
}
