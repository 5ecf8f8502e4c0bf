import { type SpawnOptions, spawn } from 'node:child_process';
import { PassThrough, type Readable, type Writable } from 'node:stream';
import { killSession } from '../process-session.js';

/** What runs the programs of a container. It lives once: a container that is restarted is another one. */
export interface Runtime {
  /** Throws NotStartedError. Without input the program reads an empty pipe. */
  start(argv: readonly string[], hasInput: boolean): Promise<Program>;
  /** Kills all that runs. */
  kill(): void;
  /** Removes what it has kept; nothing runs any more. */
  remove(): void;
}

export interface Program {
  readonly stdin: Writable;
  readonly stdout: Readable;
  readonly stderr: Readable;
  /** Once it has ended, and nothing holds its output any more. */
  readonly ended: Promise<ProgramEnd>;
}

export type ProgramEnd =
  | { readonly kind: 'exited'; readonly exitCode: number }
  /** The connection to it is lost; it may run on. */
  | { readonly kind: 'cut' };

/** The runtime could not start a program; the message is what it says of that. */
export class NotStartedError extends Error {
  /** At which step. */
  readonly stage: 'create' | 'start';

  constructor(message: string, stage: 'create' | 'start' = 'start') {
    super(message);
    this.stage = stage;
  }
}

const SIGNALS: ReadonlyMap<string, number> = new Map([
  ['SIGHUP', 1],
  ['SIGINT', 2],
  ['SIGKILL', 9],
  ['SIGSEGV', 11],
  ['SIGPIPE', 13],
  ['SIGTERM', 15],
]);

/** Processes of this machine that can be ended together. */
export class ProcessGroup {
  readonly #leaders = new Set<number>();

  /** `endOf` reads the exit of the program's own process: a code, or the number of a signal. */
  spawn(
    program: string,
    args: readonly string[],
    options: SpawnOptions,
    endOf: (exitCode: number | null, signal: number) => ProgramEnd = exited,
  ): Program {
    const child = spawn(program, args, { ...options, stdio: ['pipe', 'pipe', 'pipe'], detached: true }); // a session of its own
    const { pid, stdin, stdout, stderr } = child;
    if (!stdin || !stdout || !stderr) throw new Error('a program without pipes');
    if (pid !== undefined) this.#leaders.add(pid);
    stdin.on('error', () => undefined);
    const ended = new Promise<ProgramEnd>((resolve, reject) => {
      child.once('error', reject);
      const endNow = (code: number | null, signal: string | null) => endOf(code, SIGNALS.get(signal ?? '') ?? 0);
      child.once('exit', (code, signal) => {
        const end = endNow(code, signal);
        if (end.kind === 'cut') resolve(end); // what runs on may hold the output
      });
      child.once('close', (code, signal) => {
        const end = endNow(code, signal);
        if (end.kind !== 'cut' && pid !== undefined) this.#leaders.delete(pid);
        resolve(end);
      });
    });
    return { stdin, stdout, stderr, ended };
  }

  kill(): void {
    for (const leader of this.#leaders) killSession(leader);
    this.#leaders.clear();
  }
}

export function exited(exitCode: number | null, signal: number): ProgramEnd {
  return { kind: 'exited', exitCode: exitCode ?? 128 + signal };
}

/** A program that the kernel did not take, as the runtime reports it. */
export function unstartable(said: string): Program {
  const stderr = new PassThrough();
  const stdout = new PassThrough().end();
  const ended = new Promise<ProgramEnd>((resolve) => {
    stderr.once('end', () => resolve({ kind: 'exited', exitCode: 1 }));
  });
  stderr.end(said);
  return { stdin: new PassThrough().resume(), stdout, stderr, ended };
}
