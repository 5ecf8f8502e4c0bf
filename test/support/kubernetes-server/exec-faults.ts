import type { Answer } from './answers.js';

/** What goes wrong with one exec. */
export type ExecFault =
  /** Answered so in place of the upgrade. */
  | { readonly kind: 'refused'; readonly answer: Answer }
  | { readonly kind: 'never answered' }
  /** The server speaks, or claims to speak, another sub-protocol; '' names none. */
  | { readonly kind: 'protocol'; readonly name: string }
  /** The connection is cut (FIN without a close frame) after the answer 101: the program never starts. */
  | { readonly kind: 'cut before start' }
  /** ... as soon as the program runs, which runs on. */
  | { readonly kind: 'cut at start' }
  /** ... when the program has ended and its output is over. */
  | { readonly kind: 'cut before status' }
  /** The program ends, and nothing is said of that any more. */
  | { readonly kind: 'silent before status' }
  /** Close frame 1000 without a status. */
  | { readonly kind: 'closed before status' }
  /** This in place of the status. */
  | { readonly kind: 'status'; readonly object: object }
  | { readonly kind: 'no pongs' };
