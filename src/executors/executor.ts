import { failsWith } from './failures/failures.js';

/** One program run on a host: never a shell string; `executors/shell.ts` quotes it where a transport needs text. */
export interface Command {
  readonly argv: readonly string[];
  readonly timeoutMs: number;
  /** When true, a failure of this command does not stop the batch. */
  readonly mayFail?: boolean;
  /** When true, its batch is begun before those that wait for the host: a question that must not queue behind work. */
  readonly goesFirst?: boolean;
  /** When true, it changes nothing: without its answer nothing has happened. */
  readonly isReading?: boolean;
  /** When true, a daemon does the work: the program may end without an answer, and what becomes of it is unknown then. */
  readonly mayGiveUp?: boolean;
  /** When true, neither argv nor output may be logged (it carries a password). */
  readonly isSecret?: boolean;
}

export interface CommandResult {
  /** 0-255. */
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs commands on storage hosts. `host` is the first manage name of a node.
 *
 * A batch is one round trip. Its commands run in order and stop after the first failure that is not `mayFail`; so
 * the answer holds one result for each command that was run, the failed one last. A lost connection, a timeout or
 * an unreachable host throws TransportError.
 */
export interface Executor {
  run(host: string, batch: readonly Command[], signal?: AbortSignal): Promise<readonly CommandResult[]>;
  /**
   * Told before gluster first hears of a node that its host has both these names. Real hosts know; simulated ones
   * have no other way to learn it.
   */
  linkNames?(host: string, storageName: string): Promise<void>;
  /**
   * Told the manage name of a node before anything is begun for it. Throws DomainError `invalid` when no host has that
   * name, with those that there are. Where names are only known by connecting, it is left out.
   */
  checkName?(host: string): Promise<void>;
  /**
   * Resolves when nothing that a lost connection, a timed-out call or an earlier process of this server started on
   * this host runs any more; at once when this process has had an answer to all it sent there, even from a host that
   * is down now. Throws TransportError while that can't be known. Whoever got a TransportError with `mayHaveRun`, or
   * follows a process that died, waits for this before it probes the host: a program that runs on would falsify
   * what the probe says.
   */
  awaitLeftovers(host: string): Promise<void>;
  close(): Promise<void>;
}

/** A result with the command that it is the answer to: what `failsWith` is asked about. */
export interface Answer extends CommandResult {
  readonly argv: readonly string[];
}

export function answerTo({ argv }: Command, result: CommandResult): Answer {
  return { ...result, argv };
}

/** A host ran a command and the command refused. */
export class CommandError extends Error {
  readonly host: string;
  readonly argv: readonly string[];
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;

  constructor(host: string, command: Command, result: CommandResult) {
    const shown = command.isSecret ? (command.argv[0] ?? '') : command.argv.join(' ');
    super(
      result.stderr.trim() || result.stdout.trim() || `${shown} on ${host} ended with exit code ${result.exitCode}`,
    );
    this.name = 'CommandError';
    this.host = host;
    this.argv = command.isSecret ? [command.argv[0] ?? ''] : command.argv;
    this.exitCode = result.exitCode;
    this.stdout = result.stdout;
    this.stderr = result.stderr;
  }
}

/** A refusal that the same request meets again on whatever is built anew. */
export class FinalRefusal extends CommandError {
  /** `text`: what to say in place of the program's own words. */
  static of({ host, argv, exitCode, stdout, stderr }: CommandError, text: string = stderr): FinalRefusal {
    return new FinalRefusal(host, { argv, timeoutMs: 0 }, { exitCode, stdout, stderr: text });
  }
}

/**
 * The outcome of a batch is unknown: the connection was lost, a deadline passed, or the host can't be reached.
 * Whoever catches it probes the host before it assumes anything.
 */
export class TransportError extends Error {
  readonly host: string;
  /** False when the transport knows that nothing of the batch was started (the connection was refused). */
  readonly mayHaveRun: boolean;

  constructor(host: string, message: string, mayHaveRun: boolean, options?: ErrorOptions) {
    super(message, options);
    this.name = 'TransportError';
    this.host = host;
    this.mayHaveRun = mayHaveRun;
  }
}

/** Runs a batch all of whose commands must succeed; throws CommandError for the one that did not. */
export async function runAll(
  executor: Executor,
  host: string,
  batch: readonly Command[],
  signal?: AbortSignal,
): Promise<readonly Answer[]> {
  const results = await executor.run(host, batch, signal);
  refuseGivenUp(host, batch, results);
  results.forEach((result, i) => {
    const command = batch[i];
    if (command && result.exitCode !== 0 && !command.mayFail) throw new CommandError(host, command, result);
  });
  if (results.length < batch.length)
    throw new TransportError(host, `only ${results.length} of ${batch.length} commands on ${host} were answered`, true);
  return batch.map((command, i) => answerTo(command, results[i] as CommandResult));
}

const SHOWN_CHARACTERS = 16_384;

/** A program that gave up, or failed without a word, has not refused anything, whether it may fail or not. */
function refuseGivenUp(host: string, batch: readonly Command[], results: readonly CommandResult[]): void {
  results.forEach((result, i) => {
    const command = batch[i];
    if (!command?.mayGiveUp) return;
    const { exitCode, stdout, stderr } = result;
    const said = [stderr, stdout].map((text) => text.slice(0, SHOWN_CHARACTERS)).join('\n');
    const isSilent = exitCode !== 0 && said.trim() === '';
    const hasGivenUp = failsWith(answerTo(command, result), 'request timed out');
    if (!hasGivenUp && !(isSilent && !command.isReading)) return;
    const mayHaveRun = batch.slice(0, i + 1).some(({ isReading }) => !isReading);
    const shown = command.isSecret ? (command.argv[0] ?? '') : command.argv.join(' ');
    const text = command.isSecret ? 'it gave up' : said.trim();
    throw new TransportError(
      host,
      `${shown} on ${host} ended without an answer (${isSilent ? `exit code ${exitCode}, no text` : text})${mayHaveRun ? '; what it asked for may go on' : ''}`,
      mayHaveRun,
    );
  });
}

/** Runs one command that must succeed. */
export async function runOne(
  executor: Executor,
  host: string,
  command: Command,
  signal?: AbortSignal,
): Promise<Answer> {
  const [result] = await runAll(executor, host, [command], signal);
  if (!result) throw new TransportError(host, `no answer from ${host}`, true);
  return result;
}
