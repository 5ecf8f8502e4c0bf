/** One terminal or file the client writes to. */
export interface Sink {
  write(text: string): void;
  readonly isTty: boolean;
  /** Width in columns of a terminal; 80 where unknown. */
  readonly columns: number;
}

/** Everything the client takes from the process around it, so that tests can stand in for it. */
export interface CliIo {
  readonly stdout: Sink;
  readonly stderr: Sink;
  readonly env: Readonly<Record<string, string | undefined>>;
  readFile(path: string): Promise<Buffer>;
  writeFile(path: string, text: string): Promise<void>;
  /** Aborted when the user interrupts the program (Ctrl-C). */
  readonly interruption: AbortSignal;
  /** Aborted, with the error as its reason, when standard output can't be written any more. */
  readonly outputFailure: AbortSignal;
  /** Resolves when what was printed on standard output is out, or has failed to get there. */
  flush(): Promise<void>;
  /** `isIdle`: the program may end before the time is over. */
  sleep(ms: number, options?: { readonly isIdle: boolean }): Promise<void>;
  /** Milliseconds since the epoch. */
  now(): number;
  /** A number in [0, 1). */
  random(): number;
}

/** Whether control sequences may be sent to `sink`: a terminal that understands them. */
export function isDrawable(sink: Sink, env: CliIo['env']): boolean {
  return sink.isTty && env['TERM'] !== 'dumb';
}

/** Whether `sink` may be coloured: a terminal, and NO_COLOR is unset or empty. */
export function isColourful(sink: Sink, env: CliIo['env']): boolean {
  return isDrawable(sink, env) && (env['NO_COLOR'] ?? '') === '';
}

/** The colours of our own drawings, and all controls but line ends and tabs. */
const STEERING = /\u001b\[\d*m|[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g;

/**
 * The text with control characters as `\\x1b`: names and messages come from a server, and on a terminal they could
 * clear it, rename its window or rewrite what was printed before.
 */
export function withoutControls(text: string): string {
  return text.replace(STEERING, (found) => (found.length > 1 ? found : shown(found)));
}

function shown(control: string): string {
  return `\\x${control.charCodeAt(0).toString(16).padStart(2, '0')}`;
}
