import { type Command, CommandError, type CommandResult, type Executor } from '../../executor.js';
import { gluster, lvm, program } from '../host/command-lines.js';
import type { HostSettings } from '../host/host-settings.js';
import { LvmReportError } from '../lvm/lvm-report.js';

/** One host that does not answer must not keep everybody waiting for what is asked of all. */
const TIMEOUT_MS = 60_000;

export interface PartFailure<P extends string> {
  readonly part: P;
  readonly reason: string;
}

/** Questions that only look, each of which may fail for itself. */
export function looking(settings: HostSettings) {
  return {
    plain: (argv: readonly string[]): Command => program(argv, TIMEOUT_MS, { mayFail: true, isReading: true }),
    lvm: (...words: readonly string[]): Command =>
      lvm(settings, [...words, '--reportformat', 'json', '--units', 'k'], TIMEOUT_MS, {
        mayFail: true,
        isReading: true,
      }),
    gluster: (...words: readonly string[]): Command => ({
      ...gluster(settings, words, { mayFail: true }),
      timeoutMs: TIMEOUT_MS,
    }),
  };
}

/** Answers of a host to several questions, asked in one round trip. */
export class AskedParts<P extends string> {
  readonly failures: PartFailure<P>[] = [];
  readonly #host: string;
  readonly #commands: Readonly<Record<P, Command>>;
  readonly #answers: ReadonlyMap<P, CommandResult>;

  private constructor(host: string, commands: Readonly<Record<P, Command>>, answers: ReadonlyMap<P, CommandResult>) {
    this.#host = host;
    this.#commands = commands;
    this.#answers = answers;
  }

  /** Throws when the host can't be asked at all. */
  static async ask<P extends string>(
    executor: Executor,
    host: string,
    commands: Readonly<Record<P, Command>>,
    signal?: AbortSignal,
  ): Promise<AskedParts<P>> {
    const parts = Object.keys(commands) as P[];
    const results = await executor.run(
      host,
      parts.map((part) => commands[part]),
      signal,
    );
    const answers = parts.flatMap((part, i) => {
      const result = results[i];
      return result ? [[part, result] as const] : [];
    });
    return new AskedParts(host, commands, new Map(answers));
  }

  /** Null when that part could not be had: the reason is among `failures`. */
  async read<T>(part: P, parse: (result: CommandResult, command: Command) => T | Promise<T>): Promise<T | null> {
    const command = this.#commands[part];
    try {
      const result = this.#answers.get(part);
      if (!result) throw new CommandError(this.#host, command, { exitCode: 1, stdout: '', stderr: 'no answer' });
      return await parse(result, command);
    } catch (error) {
      if (!(error instanceof CommandError || error instanceof LvmReportError)) throw error;
      this.failures.push({ part, reason: error.message });
      return null;
    }
  }

  /** The same of a program whose exit code counts. */
  readText<T>(part: P, parse: (text: string) => T | Promise<T>): Promise<T | null> {
    return this.read(part, (result, command) => {
      if (result.exitCode !== 0) throw new CommandError(this.#host, command, result);
      return parse(result.stdout);
    });
  }
}
