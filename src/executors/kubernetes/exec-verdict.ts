import { readOutcome } from './exec-outcome.js';
import { judgeRefusal } from './exec-refusal.js';
import type { ExecEnd } from './exec-socket.js';
import type { Pod } from './pod.js';

/** What follows from the end of an exec. `why` is for people. */
export type ExecVerdict =
  | { readonly kind: 'exited'; readonly exitCode: number }
  /** Nothing was started. `mostTries`: so often in all the same may be tried; 1: once is enough. */
  | { readonly kind: 'not started'; readonly why: string; readonly mostTries: number; readonly cause?: Error }
  /** Nothing was started, for want of credentials that are accepted. */
  | { readonly kind: 'not admitted'; readonly why: string }
  | { readonly kind: 'unknown'; readonly why: string };

/** With their pauses some 8 s: as long as a kubelet takes to know its pods. */
const TRIES_WHEN_REFUSED = 7;
/** A container that ends takes no new programs for 0.1 s, and is then not found. */
const TRIES_WHEN_NOT_STARTED = 4;

export interface ExecFacts {
  readonly pod: Pod;
  readonly argv: readonly string[];
  /** The program has written something. */
  readonly hasWritten: boolean;
  /** Whose credentials were shown. */
  readonly account: string;
}

export function judgeEnd(end: ExecEnd, { pod, argv, hasWritten, account }: ExecFacts): ExecVerdict {
  switch (end.kind) {
    case 'unsent': {
      const why = `the Kubernetes API server can't be reached: ${end.error.message || end.error.name}`;
      return { kind: 'not started', why, mostTries: 1, cause: end.error };
    }
    case 'lost':
      return { kind: 'unknown', why: end.reason };
    case 'refused': {
      const { kind, why } = judgeRefusal(end.answer, pod, account);
      if (kind === 'unknown') return { kind, why };
      if (kind === 'credentials') return { kind: 'not admitted', why };
      return { kind: 'not started', why, mostTries: kind === 'for now' ? TRIES_WHEN_REFUSED : 1 };
    }
    case 'status': {
      const outcome = readOutcome(end.status, hasWritten, argv);
      if (outcome.kind !== 'not started') return outcome;
      const why = `nothing can be started in the pod ${pod.name}: ${outcome.why}; is /bin/bash there?`;
      return { kind: 'not started', why, mostTries: TRIES_WHEN_NOT_STARTED };
    }
  }
}
