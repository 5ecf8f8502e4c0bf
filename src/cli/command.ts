import { Command, type ParseOptionsResult } from 'commander';
import { CliError, EarlyExit } from './errors.js';
import { Flag, FlagSet } from './flags.js';
import { formatHelp } from './help.js';

export type Action = (args: readonly string[], flags: FlagSet) => Promise<void> | void;

/** What kind of id an argument is, for shell completion. */
export type ArgumentKind = 'cluster' | 'node' | 'device' | 'volume' | 'blockvolume' | 'operation';

interface CommandTexts {
  /** One line, for lists of commands. */
  readonly summary: string;
  /** Opening of the help text; the summary where absent. */
  readonly long?: string;
  readonly example?: string;
  /** Arguments as shown in usage lines: `ID`, `[ID]`, `ID TAG:VALUE...`. */
  readonly args?: string;
  readonly argKind?: ArgumentKind;
  /** Fixed words an argument may be. */
  readonly argWords?: readonly string[];
  readonly aliases?: readonly string[];
  readonly isHidden?: boolean;
}

/**
 * A command of the tree, parsed the way the original client (a cobra program) does it:
 * flags before or after arguments, `--flag=value`, booleans set to false only by `=`,
 * groups that print their help for words they don't know.
 */
export class CliCommand extends Command {
  readonly texts: CommandTexts;
  /** Where help texts go; only the root's is used. */
  print: (text: string) => void = () => {};

  constructor(name: string, texts: CommandTexts) {
    super(name);
    this.texts = texts;
    this.summary(texts.summary);
    this.description(texts.long ?? texts.summary);
    for (const alias of texts.aliases ?? []) this.alias(alias);
    this.helpOption(false); // -h and --help are ours, see parseOptions
    this.helpCommand(false);
    this.allowExcessArguments(true);
    this.exitOverride();
  }

  /** Adds flags; a command's own flag hides a global one of the same name. */
  withFlags(...flags: readonly Flag[]): this {
    for (const flag of flags) this.addOption(flag);
    return this;
  }

  withCommands(...commands: readonly CliCommand[]): this {
    for (const command of commands) this.addCommand(command, { hidden: command.texts.isHidden === true });
    return this;
  }

  runs(action: Action): this {
    this.action(async () => {
      await action(this.args, this.flagSet());
    });
    return this;
  }

  get isGroup(): boolean {
    return this.commands.length > 0;
  }

  get subcommands(): readonly CliCommand[] {
    return this.commands.filter((command): command is CliCommand => command instanceof CliCommand);
  }

  get ownFlags(): readonly Flag[] {
    return this.options.filter((option): option is Flag => option instanceof Flag);
  }

  get parentCommand(): CliCommand | null {
    return this.parent instanceof CliCommand ? this.parent : null;
  }

  get root(): CliCommand {
    return this.parentCommand?.root ?? this;
  }

  /** Flags of the root that work everywhere; `--version` belongs to the root alone. */
  get globalFlags(): readonly Flag[] {
    if (this.parentCommand === null) return [];
    const own = new Set(this.ownFlags.map((flag) => flag.long));
    return this.root.ownFlags.filter((flag) => flag.long !== '--version' && !own.has(flag.long));
  }

  /** `heketi-cli volume create` */
  get path(): string {
    return this.parentCommand === null ? this.name() : `${this.parentCommand.path} ${this.name()}`;
  }

  findSubcommand(word: string): CliCommand | undefined {
    return this.subcommands.find((command) => command.name() === word || command.aliases().includes(word));
  }

  helpText(): string {
    return formatHelp(this);
  }

  override parseOptions(argv: string[]): ParseOptionsResult {
    const at = this.#findSubcommandIndex(argv);
    if (at !== null) {
      const name = argv[at] ?? '';
      return { operands: [name], unknown: [...argv.slice(0, at), ...argv.slice(at + 1)] };
    }
    const { operands, isHelp } = this.#parseFlags(argv);
    if (isHelp) {
      this.root.print(this.helpText());
      throw new EarlyExit();
    }
    return { operands, unknown: [] };
  }

  flagSet(): FlagSet {
    return new FlagSet((name) => {
      const flag = this.#flagNamed(name);
      const owner = flag === undefined || this.ownFlags.includes(flag) ? this : this.root;
      const key = flag?.attributeName() ?? name;
      return { value: owner.getOptionValue(key), isGiven: owner.getOptionValueSource(key) === 'cli' };
    });
  }

  /** Position of the word that names a subcommand: the first word that is neither a flag nor a flag's value. */
  #findSubcommandIndex(argv: readonly string[]): number | null {
    if (!this.isGroup) return null;
    for (let i = 0; i < argv.length; i += 1) {
      const word = argv[i] ?? '';
      if (word === '--') return null;
      if (!word.startsWith('-') || word === '-') return this.findSubcommand(word) === undefined ? null : i;
      if (this.#takesNextWord(word)) i += 1;
    }
    return null;
  }

  #takesNextWord(word: string): boolean {
    if (word.includes('=')) return false;
    if (word.startsWith('--')) return word !== '--help' && this.#flagNamed(word.slice(2))?.kind !== 'bool';
    if (word.length > 2 || word === '-h') return false;
    return this.#flagWithShort(word.slice(1))?.kind !== 'bool';
  }

  #parseFlags(argv: readonly string[]): { operands: string[]; isHelp: boolean } {
    const operands: string[] = [];
    let isHelp = false;
    for (let i = 0; i < argv.length; i += 1) {
      const word = argv[i] ?? '';
      if (word === '--') {
        operands.push(...argv.slice(i + 1));
        break;
      }
      if (!word.startsWith('-') || word === '-') {
        operands.push(word);
      } else if (word === '--help' || word === '-h') {
        isHelp = true;
      } else {
        const usedNext = word.startsWith('--') ? this.#setLong(word, argv[i + 1]) : this.#setShort(word, argv[i + 1]);
        if (usedNext) i += 1;
      }
    }
    return { operands, isHelp };
  }

  #setLong(word: string, next: string | undefined): boolean {
    const equals = word.indexOf('=');
    const name = word.slice(2, equals < 0 ? undefined : equals);
    if (name === '') throw new CliError(`bad flag syntax: ${word}`);
    const flag = this.#flagNamed(name);
    if (flag === undefined) throw new CliError(`unknown flag: --${name}`);
    if (equals >= 0) this.#set(flag, word.slice(equals + 1));
    else if (flag.kind === 'bool') this.#set(flag, 'true');
    else if (next === undefined) throw new CliError(`flag needs an argument: --${name}`);
    else this.#set(flag, next);
    return equals < 0 && flag.kind !== 'bool';
  }

  /** `-I`, `-s URL`, `-s=URL`, `-sURL` and bundles such as `-Is URL`. */
  #setShort(word: string, next: string | undefined): boolean {
    for (let i = 1; i < word.length; i += 1) {
      const letter = word[i] ?? '';
      const flag = this.#flagWithShort(letter);
      if (flag === undefined) throw new CliError(`unknown shorthand flag: '${letter}' in ${word}`);
      const rest = word.slice(i + 1);
      if (rest.startsWith('=')) {
        this.#set(flag, rest.slice(1));
        return false;
      }
      if (flag.kind === 'bool') {
        this.#set(flag, 'true');
      } else if (rest !== '') {
        this.#set(flag, rest);
        return false;
      } else if (next === undefined) {
        throw new CliError(`flag needs an argument: '${letter}' in ${word}`);
      } else {
        this.#set(flag, next);
        return true;
      }
    }
    return false;
  }

  #set(flag: Flag, text: string): void {
    const owner: Command = this.ownFlags.includes(flag) ? this : this.root;
    const key = flag.attributeName();
    const previous = owner.getOptionValueSource(key) === 'cli' ? owner.getOptionValue(key) : undefined;
    owner.setOptionValueWithSource(key, flag.parseValue(text, previous), 'cli');
  }

  #flagNamed(name: string): Flag | undefined {
    return [...this.ownFlags, ...this.globalFlags].find((flag) => flag.long === `--${name}`);
  }

  #flagWithShort(letter: string): Flag | undefined {
    return [...this.ownFlags, ...this.globalFlags].find((flag) => flag.short === `-${letter}`);
  }
}

/** A group of commands; called without a known subcommand it prints its help. */
export function commandGroup(name: string, texts: CommandTexts, ...commands: readonly CliCommand[]): CliCommand {
  const group = new CliCommand(name, texts).withCommands(...commands);
  return group.runs(() => {
    group.root.print(group.helpText());
  });
}
