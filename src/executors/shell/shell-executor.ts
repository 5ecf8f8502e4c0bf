import { randomBytes } from 'node:crypto';
import { type Command, CommandError, type CommandResult, type Executor, TransportError } from '../executor.js';
import type { ChannelProvider } from './channel.js';
import { explainFailure } from './command-failures.js';
import { execText } from './exec-text.js';
import { batchScript, leftoversScript, type RegisteredOptions, type ScriptOptions } from './remote-script.js';
import { type Answer, type ScriptEnd, ScriptRun, ShellRefusedError } from './script-run.js';
import { type ServerIdentity, SHELL_LIMITS, type ShellLimits, type ShellOptions } from './shell-options.js';

/** What may run on a host though nobody hears of it any more. */
interface KnownHost {
  /** Batches of this process that ended without an answer, so that they may run on, by number. */
  readonly lost: Map<number, LostBatch>;
  /** The place in which nothing of an earlier process of this server runs, and nothing will; null: none is known. */
  clearPlace: string | null;
  /** The place beside which no earlier one of the host runs; null: none is known. */
  solePlace: string | null;
}

interface LostBatch {
  /** It was seen to begin. */
  readonly hasBegun: boolean;
  readonly place: string | null;
}

interface RunOptions {
  readonly answerMs: (command: number) => number;
  readonly onBegin?: () => void;
  readonly onAnswer?: (command: number, answer: Answer) => void;
  readonly goesFirst?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
}

interface ScriptEndInPlace extends ScriptEnd {
  readonly place: string | null;
}

/** Runs commands in shells on hosts, over whatever opens channels there: one channel and one script per batch. */
export class ShellExecutor implements Executor {
  readonly #channels: ChannelProvider;
  readonly #options: ShellOptions;
  readonly #limits: ShellLimits;
  readonly #hosts = new Map<string, KnownHost>();
  #identity: ServerIdentity | null;
  #nextNumber = 1;

  constructor(channels: ChannelProvider, options: ShellOptions) {
    this.#channels = channels;
    this.#options = options;
    this.#identity = options.identity;
    this.#limits = { ...SHELL_LIMITS, ...options.limits };
  }

  /** From now on this process is the server that hosts work for: what older ones of it have sent begins no more. */
  takeOver(identity: ServerIdentity): void {
    this.#identity = identity;
  }

  async run(host: string, batch: readonly Command[], signal?: AbortSignal): Promise<readonly CommandResult[]> {
    if (batch.length === 0) return [];
    let since = performance.now();
    const onAnswer = (i: number, { exitCode }: Answer) => {
      const now = performance.now();
      this.#logCommand(host, batch[i], exitCode, Math.round(now - since));
      since = now;
    };
    const { answers, event } = await this.#runScript(host, (options) => batchScript(batch, options), {
      answerMs: (i) => (batch[i]?.timeoutMs ?? 0) + this.#limits.graceMs,
      onBegin: () => {
        since = performance.now();
      },
      onAnswer,
      goesFirst: batch[0]?.goesFirst,
      signal,
    });
    if (event !== 'done') throw this.#overTime(host, batch[answers.length], event);
    return answers.map((answer, i) => this.#result(host, batch[i], answer));
  }

  async checkName(host: string): Promise<void> {
    await this.#channels.checkName?.(host);
  }

  /** See Executor. What was on its way to the host will not begin any more. */
  async awaitLeftovers(host: string): Promise<void> {
    const known = this.#host(host);
    if (isClear(known)) return;
    for (const end = performance.now() + this.#limits.leftoversMs; ; ) {
      const place = await this.#channels.placeOf(host);
      known.solePlace = place;
      forgetEnded(known, place);
      if (isClear(known)) return;
      const lost = [...known.lost];
      const answer = await this.#askForLeftovers(host, lost);
      const isAnswered = answer.event === 'done' && answer.place === place;
      if (isAnswered) {
        for (const [number] of lost) known.lost.delete(number);
        known.clearPlace = place;
        return;
      }
      const found = answer.place === place ? answer.event : 'where they ran was replaced meanwhile';
      if (performance.now() >= end) {
        throw new TransportError(
          host,
          `commands that were begun earlier still run on ${host} (${found}): wait until they end, or look there for what hangs`,
          true,
        );
      }
      this.#options.log.info({ host, script: found }, 'waiting for commands that were begun earlier');
    }
  }

  /** A question whose link is lost is asked once more: it changes nothing, and the host may be well. */
  async #askForLeftovers(host: string, lost: readonly (readonly [number, LostBatch])[]): Promise<ScriptEndInPlace> {
    const { leftoversWaitSeconds, graceMs } = this.#limits;
    const numbers = (isBegun: boolean) =>
      lost.filter(([, { hasBegun }]) => hasBegun === isBegun).map(([number]) => number);
    const question = { begun: numbers(true), unseen: numbers(false) };
    const ask = () =>
      this.#runScript(host, (options) => leftoversScript(question, leftoversWaitSeconds, registered(host, options)), {
        answerMs: () => leftoversWaitSeconds * 1000 + graceMs,
      });
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof TransportError) || !error.mayHaveRun) throw error;
      return ask();
    }
  }

  async close(): Promise<void> {
    this.#channels.close();
  }

  async #runScript(
    host: string,
    build: (options: ScriptOptions) => string,
    options: RunOptions,
  ): Promise<ScriptEndInPlace> {
    const { useSudo } = this.#options;
    const { termGraceMs, unreadMs, queueMs, beginMs, outputBytes } = this.#limits;
    const identity = this.#identity;
    const known = this.#host(host);
    const number = this.#nextNumber++;
    const mark = { first: randomBytes(8).toString('hex'), second: randomBytes(8).toString('hex') };
    const script = build({ mark, useSudo, termGraceMs, unreadMs, identity: identity && { ...identity, number } });
    const run = new ScriptRun(this.#channels, {
      host,
      text: execText(script),
      mark: mark.first + mark.second,
      queueMs,
      beginMs,
      answerMs: options.answerMs,
      outputBytes,
      onBegin: (hasOlder, place) => {
        if (!hasOlder) known.clearPlace = place;
        else if (known.clearPlace !== place) known.clearPlace = null;
        options.onBegin?.();
      },
      ...(options.onAnswer && { onAnswer: options.onAnswer }),
      goesFirst: options.goesFirst ?? false,
      signal: options.signal,
    });
    const isLost = () => known.lost.set(number, { hasBegun: run.hasBegun, place: run.place });
    try {
      const end = await run.end;
      if (end.event.startsWith('sudo ')) throw this.#sudoRefused(host, end.event.slice('sudo '.length));
      refuseUnborn(host, end.event);
      if (identity && (end.event === 'over' || end.event === 'stuck')) isLost();
      return { ...end, place: run.place };
    } catch (error) {
      if (identity && !run.isUnborn) isLost();
      if (error instanceof ShellRefusedError) throw this.#shellRefused(host, error);
      throw error;
    }
  }

  #host(host: string): KnownHost {
    const known = this.#hosts.get(host) ?? { lost: new Map(), clearPlace: null, solePlace: null };
    this.#hosts.set(host, known);
    return known;
  }

  #logCommand(host: string, command: Command | undefined, exitCode: number, durationMs: number): void {
    const argv = command?.isSecret ? [command.argv[0]] : command?.argv;
    this.#options.log.debug({ host, argv, exitCode, durationMs }, 'command ended');
  }

  #result(host: string, command: Command | undefined, { exitCode, stdout, stderr }: Answer): CommandResult {
    if (stdout === null || stderr === null) {
      const mib = this.#limits.outputBytes / 1024 / 1024;
      throw new TransportError(
        host,
        `${shown(command)} on ${host} printed more than ${mib} MiB, which is not read; it ended with exit code ${exitCode}`,
        true,
      );
    }
    const result = { exitCode, stdout: stdout.toString('utf8'), stderr: stderr.toString('utf8') };
    return explainFailure(host, command?.argv[0] ?? '', result, this.#options);
  }

  /** The host answers and refuses, so it is not down; and nothing of the batch has run. */
  #shellRefused(host: string, { exitCode, said }: ShellRefusedError): CommandError {
    const stderr =
      `the shell of ${this.#options.user} on ${host} ran nothing: it ended with exit code ${exitCode}` +
      (said === '' ? '; is /bin/bash there, and may this user log in?' : ` and said: ${said}`);
    return new CommandError(
      host,
      { argv: ['/bin/bash'], timeoutMs: 0 },
      { exitCode: exitCode || 1, stdout: '', stderr },
    );
  }

  /** As `#shellRefused`: the directory in which scripts register could not be made. */
  #sudoRefused(host: string, said: string): CommandError {
    const command = { argv: ['install'], timeoutMs: 0 };
    return new CommandError(
      host,
      command,
      explainFailure(host, 'install', { exitCode: 1, stdout: '', stderr: said }, this.#options),
    );
  }

  #overTime(host: string, command: Command | undefined, event: string): TransportError {
    const seconds = (command?.timeoutMs ?? 0) / 1000;
    const fate = event === 'stuck' ? 'and can not be ended; it still runs' : 'and was ended';
    return new TransportError(host, `${shown(command)} on ${host} took longer than ${seconds} s ${fate}`, true);
  }
}

function isClear({ lost, clearPlace, solePlace }: KnownHost): boolean {
  return lost.size === 0 && clearPlace !== null && clearPlace === solePlace;
}

/** What ran in a place that has ended is over. A batch that was never seen to begin may be on its way to the new one. */
function forgetEnded({ lost }: KnownHost, place: string): void {
  for (const [number, { hasBegun, place: was }] of lost)
    if (hasBegun && was !== null && was !== place) lost.delete(number);
}

function registered(host: string, options: ScriptOptions): RegisteredOptions {
  const { identity } = options;
  if (!identity) throw new TransportError(host, `this server only reads on ${host}`, false);
  return { ...options, identity };
}

function refuseUnborn(host: string, event: string): void {
  if (event.startsWith('refused ')) {
    throw new TransportError(
      host,
      `${host} can't run commands for this server: ${event.slice('refused '.length)}`,
      false,
    );
  }
  if (event === 'fenced') {
    throw new TransportError(
      host,
      `${host} takes no commands from this process: a younger process of this server has been there, or the commands were given up`,
      false,
    );
  }
}

function shown(command: Command | undefined): string {
  if (!command) return 'a command';
  return command.isSecret ? (command.argv[0] ?? '') : command.argv.join(' ');
}
