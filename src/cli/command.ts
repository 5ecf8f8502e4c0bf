import type { CommandTexts } from './command-texts.js';
import type { Flag, FlagSet } from './flags.js';
import { formatHelp } from './help.js';

type Action = (args: readonly string[], flags: FlagSet) => Promise<void> | void;

/** A command or a group of commands: what it is called, which flags it takes, and what it does. */
export class CliCommand {
  readonly name: string;
  readonly texts: CommandTexts;
  readonly ownFlags: Flag[] = [];
  readonly subcommands: CliCommand[] = [];
  parent: CliCommand | null = null;
  /** Where help texts go; only the root's is used. */
  print: (text: string) => void = () => {};
  #action: Action = () => {
    this.root.print(formatHelp(this));
  };

  constructor(name: string, texts: CommandTexts) {
    this.name = name;
    this.texts = texts;
  }

  /** Adds flags; a command's own flag hides a global one of the same name. */
  withFlags(...flags: readonly Flag[]): this {
    this.ownFlags.push(...flags);
    return this;
  }

  withCommands(...commands: readonly CliCommand[]): this {
    for (const command of commands) {
      command.parent = this;
      this.subcommands.push(command);
    }
    return this;
  }

  /** What the command does; without this it prints its help, as groups do. */
  runs(action: Action): this {
    this.#action = action;
    return this;
  }

  async run(args: readonly string[], flags: FlagSet): Promise<void> {
    await this.#action(args, flags);
  }

  get aliases(): readonly string[] {
    return this.texts.aliases ?? [];
  }

  get isGroup(): boolean {
    return this.subcommands.length > 0;
  }

  /** The subcommands that people are shown. */
  get listedCommands(): readonly CliCommand[] {
    return this.subcommands.filter((command) => command.texts.isHidden !== true);
  }

  get root(): CliCommand {
    return this.parent?.root ?? this;
  }

  /** Flags of the root that work everywhere; `--version` belongs to the root alone. */
  get globalFlags(): readonly Flag[] {
    if (this.parent === null) return [];
    const own = new Set(this.ownFlags.map((flag) => flag.name));
    return this.root.ownFlags.filter((flag) => flag.name !== 'version' && !own.has(flag.name));
  }

  get allFlags(): readonly Flag[] {
    return [...this.ownFlags, ...this.globalFlags];
  }

  /** `heketi-cli volume create` */
  get path(): string {
    return this.parent === null ? this.name : `${this.parent.path} ${this.name}`;
  }

  findSubcommand(word: string): CliCommand | undefined {
    return this.subcommands.find((command) => command.name === word || command.aliases.includes(word));
  }

  helpText(): string {
    return formatHelp(this);
  }
}

/** A group of commands; called without a known subcommand it prints its help. */
export function commandGroup(name: string, texts: CommandTexts, ...commands: readonly CliCommand[]): CliCommand {
  return new CliCommand(name, texts).withCommands(...commands);
}
