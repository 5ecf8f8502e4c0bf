import type { CliCommand } from './command.js';
import { CliError } from './errors.js';
import { type Flag, FlagSet, type FlagValue } from './flags.js';

/** What a command is called with. */
interface Call {
  readonly args: readonly string[];
  readonly flags: FlagSet;
  /** Help is asked for; nothing else counts then. */
  readonly isHelp: boolean;
}

/*
 * Command lines are read the way the original client (a cobra program) does it: flags before or
 * after arguments, `--flag=value`, booleans set to false only by `=`, flags of a subcommand also
 * in front of its name.
 */

/** The command that `argv` names, and the words that are left for it. */
export function findCommand(
  root: CliCommand,
  argv: readonly string[],
): { command: CliCommand; words: readonly string[] } {
  let command = root;
  let words = argv;
  for (let at = findSubcommandIndex(command, words); at !== null; at = findSubcommandIndex(command, words)) {
    command = command.findSubcommand(words[at] ?? '') ?? command;
    words = words.toSpliced(at, 1);
  }
  return { command, words };
}

/** Takes apart the words behind a command's name; refuses flags it does not know. */
export function readFlags(command: CliCommand, words: readonly string[]): Call {
  return new FlagReader(command).read(words);
}

/** Position of the word that names a subcommand: the first word that is neither a flag nor a flag's value. */
function findSubcommandIndex(command: CliCommand, words: readonly string[]): number | null {
  if (!command.isGroup) return null;
  for (let i = 0; i < words.length; i += 1) {
    const word = words[i] ?? '';
    if (word === '--') return null;
    if (!isFlag(word)) return command.findSubcommand(word) === undefined ? null : i;
    if (takesNextWord(command, word)) i += 1;
  }
  return null;
}

/** A lone dash is an argument. */
function isFlag(word: string): boolean {
  return word.startsWith('-') && word !== '-';
}

/** `2>&1`, `>FILE`: programs that run a command without a shell pass these on as words. */
function isRedirection(word: string): boolean {
  return /^(?:[0-9]*|&)(?:>>?|<)/.test(word);
}

function takesNextWord(command: CliCommand, word: string): boolean {
  if (word.includes('=')) return false;
  if (word.startsWith('--')) return word !== '--help' && flagNamed(command, word.slice(2))?.kind !== 'bool';
  if (word.length > 2 || word === '-h') return false;
  return flagWithShort(command, word.slice(1))?.kind !== 'bool';
}

function flagNamed(command: CliCommand, name: string): Flag | undefined {
  return command.allFlags.find((flag) => flag.name === name);
}

function flagWithShort(command: CliCommand, letter: string): Flag | undefined {
  return command.allFlags.find((flag) => flag.short === letter);
}

class FlagReader {
  readonly #command: CliCommand;
  readonly #given = new Map<string, FlagValue>();

  constructor(command: CliCommand) {
    this.#command = command;
  }

  read(words: readonly string[]): Call {
    const args: string[] = [];
    let isHelp = false;
    for (let i = 0; i < words.length; i += 1) {
      const word = words[i] ?? '';
      if (word === '--') {
        args.push(...words.slice(i + 1));
        break;
      }
      if (isRedirection(word)) {
        if (/[<>]$/.test(word)) i += 1;
      } else if (!isFlag(word)) {
        args.push(word);
      } else if (word === '--help' || word === '-h') {
        isHelp = true;
      } else {
        const usedNext = word.startsWith('--')
          ? this.#readLong(word, words[i + 1])
          : this.#readShort(word, words[i + 1]);
        if (usedNext) i += 1;
      }
    }
    return { args, flags: new FlagSet(this.#command.allFlags, this.#given), isHelp };
  }

  /** Reads `--flag`, `--flag=value` or `--flag value`; whether the next word was the value. */
  #readLong(word: string, next: string | undefined): boolean {
    const equals = word.indexOf('=');
    const name = word.slice(2, equals < 0 ? undefined : equals);
    if (name === '') throw new CliError('bad flag syntax: a flag has a name after its two dashes');
    const flag = flagNamed(this.#command, name);
    if (flag === undefined) throw new CliError(`unknown flag: --${name}`);
    if (equals >= 0) this.#set(flag, word.slice(equals + 1));
    else if (flag.kind === 'bool') this.#set(flag, 'true');
    else if (next === undefined) throw new CliError(`flag needs an argument: --${name}`);
    else this.#set(flag, next);
    return equals < 0 && flag.kind !== 'bool';
  }

  /** Reads `-I`, `-s URL`, `-s=URL`, `-sURL` and bundles such as `-Is URL`; whether the next word was the value. */
  #readShort(word: string, next: string | undefined): boolean {
    this.#refuseLongName(word);
    for (let i = 1; i < word.length; i += 1) {
      const letter = word[i] ?? '';
      const flag = flagWithShort(this.#command, letter);
      if (flag === undefined) throw new CliError(`unknown shorthand flag: '${letter}' in ${word.replace(/=.*/s, '')}`);
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

  /** `-secret KEY` would be the server "ecret" and a command that is shown, with the key, as unknown. */
  #refuseLongName(word: string): void {
    const name = word.slice(1).replace(/=.*/s, '');
    if (name.length > 1 && flagNamed(this.#command, name) !== undefined) {
      throw new CliError(`unknown shorthand flag: '${name[0]}' in -${name}: did you mean --${name}, with two dashes?`);
    }
  }

  #set(flag: Flag, text: string): void {
    this.#given.set(flag.name, flag.parseValue(text, this.#given.get(flag.name)));
  }
}
