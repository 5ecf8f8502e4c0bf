import type { About, FailureKind } from './kinds.js';
import { isBy, type Said } from './said.js';

/** One way in which a kind shows. */
export interface Row<A> {
  /** Whose words these are. None: any program's, or those of what should have started it. */
  readonly by?: readonly string[];
  readonly exit: (code: number) => boolean;
  readonly says?: (said: Said, about: A) => boolean;
}

/** The ways in which each kind shows. */
export type FailureTable = { readonly [K in FailureKind]: readonly Row<About<K>>[] };

export const ANY = (): boolean => true;
export const FAILED = (code: number): boolean => code !== 0;
/** What a shell ends with for want of the program, or after a signal, is no answer of the program. */
export const OWN_FAILURE = (code: number): boolean => code > 0 && code < 126;
/** gluster may end with any code, but 126 and 127 are a shell's: then nobody has asked gluster. */
export const NOT_OF_A_SHELL = (code: number): boolean => FAILED(code) && code !== 126 && code !== 127;
export const is = (wanted: number) => (code: number) => code === wanted;

/** Whether it is one of these failures of the object that was asked for. */
export function isOneOf<A>(said: Said, rows: readonly Row<A>[], about: A): boolean {
  return rows.some((row) => isRowOf(said, row, about));
}

export function isRowOf<A>(said: Said, { by, exit, says }: Row<A>, about: A): boolean {
  return (!by || isBy(said, by)) && exit(said.exitCode) && (!says || says(said, about));
}
