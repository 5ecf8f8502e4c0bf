import { existsSync, writeSync } from 'node:fs';
import { startTimer } from '../../timing/timers.js';
import type { Command, CommandResult, Executor } from '../executor.js';
import { quoteWords } from '../shell/quoting.js';
import type { InjectionRule, InjectionRules, Reaction } from './injection-rules.js';

export interface InjectionOptions {
  /** Told of everything that is injected. */
  readonly onInjected?: (host: string, command: string) => void;
  /** Ends the process at once; a parameter for tests only. */
  readonly die?: (text: string) => void;
  readonly pause?: (ms: number) => Promise<unknown>;
}

/**
 * An executor whose commands fail, pause or end the process where the configuration says so; for tests of what is
 * built on this server. Rules are tried in order, the first that matches wins: one for a command replaces it, one
 * for a result replaces what the command answered. Commands without a rule go to the wrapped executor as they are.
 */
export class InjectingExecutor implements Executor {
  readonly linkNames?: NonNullable<Executor['linkNames']>;
  readonly #inner: Executor;
  readonly #rules: InjectionRules;
  readonly #options: Required<InjectionOptions>;

  constructor(inner: Executor, rules: InjectionRules, options: InjectionOptions = {}) {
    this.#inner = inner;
    this.#rules = rules;
    this.#options = {
      onInjected: options.onInjected ?? (() => undefined),
      die: options.die ?? die,
      pause: options.pause ?? ((ms) => new Promise<void>((done) => void startTimer(done, ms).unref())),
    };
    if (inner.linkNames)
      this.linkNames = (host, storageName) => inner.linkNames?.(host, storageName) ?? Promise.resolve();
  }

  async run(host: string, batch: readonly Command[], signal?: AbortSignal): Promise<readonly CommandResult[]> {
    const results: CommandResult[] = [];
    while (results.length < batch.length) {
      const part = await this.#runPart(host, batch.slice(results.length), signal);
      results.push(...part.results);
      const last = batch[results.length - 1];
      if (!part.isWhole || (results.at(-1)?.exitCode !== 0 && !last?.mayFail)) break;
    }
    return results;
  }

  awaitLeftovers(host: string): Promise<void> {
    return this.#inner.awaitLeftovers(host);
  }

  close(): Promise<void> {
    return this.#inner.close();
  }

  /** One injected command; or all up to the next one, or up to one whose result may be replaced. */
  async #runPart(
    host: string,
    batch: readonly Command[],
    signal: AbortSignal | undefined,
  ): Promise<{ readonly results: readonly CommandResult[]; readonly isWhole: boolean }> {
    const part: Command[] = [];
    for (const command of batch) {
      const rule = this.#find(this.#rules.commands, command);
      if (rule && part.length > 0) break;
      if (rule) return { results: [await this.#react(host, command, rule.reaction)], isWhole: true };
      part.push(command);
      if (this.#find(this.#rules.results, command)) break;
    }
    const results = await this.#inner.run(host, part, signal);
    const last = part.at(-1);
    const answer = results.at(-1);
    if (!last || !answer || results.length < part.length) return { results, isWhole: false };
    const said = answer.exitCode === 0 ? answer.stdout : answer.stderr;
    const rule = this.#find(this.#rules.results, last, said);
    if (!rule) return { results, isWhole: true };
    return { results: [...results.slice(0, -1), await this.#react(host, last, rule.reaction)], isWhole: true };
  }

  /** Existing set-ups match the words as they are written; those with quotes match them as a shell is given them. */
  #find(rules: readonly InjectionRule[], { argv }: Command, said: string | null = null): InjectionRule | undefined {
    const texts = [argv.join(' '), quoteWords(argv)];
    return rules.find(
      (rule) =>
        texts.some((text) => rule.command.test(text)) &&
        (said === null || rule.result.test(said)) &&
        (rule.conditionFile === '' || existsSync(rule.conditionFile)),
    );
  }

  async #react(host: string, command: Command, reaction: Reaction): Promise<CommandResult> {
    this.#options.onInjected(host, command.isSecret ? (command.argv[0] ?? '') : command.argv.join(' '));
    if (reaction.pauseMs > 0) await this.#options.pause(reaction.pauseMs);
    if (reaction.panic !== '') this.#options.die(reaction.panic);
    const { stdout, failure } = reaction;
    return failure ? { ...failure, stdout } : { exitCode: 0, stdout, stderr: '' };
  }
}

/** As if the machine had lost its power: nothing is closed and no handler runs. */
function die(text: string): void {
  writeSync(2, `panic: ${text}\n`);
  process.kill(process.pid, 'SIGKILL');
}
