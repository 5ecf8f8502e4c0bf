import type { CliCommand } from './command.js';
import type { Flag } from './flags.js';

export interface Candidate {
  readonly word: string;
  readonly description: string;
}

export interface CompletionPoint {
  /** What can be said without asking the server. */
  readonly candidates: readonly Candidate[];
  /** The command whose argument is being typed, if that argument is an id. */
  readonly idsFor: CliCommand | null;
  /** Whether the name of a file is expected. */
  readonly wantsFiles: boolean;
}

/** What may stand in place of the last of `words`, which may be empty or begun. */
export function completeWords(root: CliCommand, words: readonly string[]): CompletionPoint {
  const current = words.at(-1) ?? '';
  let command = root;
  let awaiting: Flag | null = null;
  let isFlagsOver = false;
  for (const word of words.slice(0, -1)) {
    if (awaiting !== null) {
      awaiting = null;
    } else if (word === '--') {
      isFlagsOver = true;
    } else if (!isFlagsOver && word.startsWith('-')) {
      const flag = findFlag(command, word);
      awaiting = flag === undefined || flag.kind === 'bool' || word.includes('=') ? null : flag;
    } else {
      command = command.findSubcommand(word) ?? command;
    }
  }
  if (awaiting !== null) return completeValue(awaiting, '', current);
  const equals = current.indexOf('=');
  if (!isFlagsOver && current.startsWith('--') && equals > 0) {
    const prefix = current.slice(0, equals + 1);
    const flag = findFlag(command, prefix);
    return flag === undefined ? offer([], current) : completeValue(flag, prefix, current);
  }
  if (!isFlagsOver && current.startsWith('-')) return offer(flagCandidates(command), current);
  if (command.isGroup) return offer(commandCandidates(command), current);
  if (command.name === HELP) return offer(commandCandidates(helpTopic(command, words)), current);
  const fixed = offer((command.texts.argWords ?? []).map(wordAlone), current);
  return command.texts.argKind === undefined ? fixed : { ...fixed, idsFor: command };
}

/** The command whose arguments are names of commands. */
const HELP = 'help';

/** The group that the words behind `help` lead to. */
function helpTopic(help: CliCommand, words: readonly string[]): CliCommand {
  const topic = words.slice(words.indexOf(HELP) + 1, -1);
  return topic.reduce((command, word) => command.findSubcommand(word) ?? command, help.root);
}

/** Values of a flag; `prefix` is what stands in front of the value within the same word. */
function completeValue(flag: Flag, prefix: string, current: string): CompletionPoint {
  return {
    ...offer(
      flag.words.map((word) => wordAlone(prefix + word)),
      current,
    ),
    wantsFiles: flag.takesFile,
  };
}

function offer(candidates: readonly Candidate[], current: string): CompletionPoint {
  return { candidates: candidates.filter(({ word }) => word.startsWith(current)), idsFor: null, wantsFiles: false };
}

function wordAlone(word: string): Candidate {
  return { word, description: '' };
}

function findFlag(command: CliCommand, word: string): Flag | undefined {
  const name = word.replace(/=.*/s, '');
  return command.allFlags.find((flag) => name === `--${flag.name}` || name === `-${flag.short}`);
}

function flagCandidates(command: CliCommand): Candidate[] {
  const flags = command.allFlags.map((flag) => ({
    word: `--${flag.name}`,
    description: flag.description,
  }));
  return [...flags, { word: '--help', description: `help for ${command.name}` }];
}

function commandCandidates(command: CliCommand): Candidate[] {
  return command.listedCommands.map((sub) => ({ word: sub.name, description: sub.texts.summary }));
}

/**
 * Bash splits words at `=`: joins them again, and says how much of the current word bash
 * already has in front of what it wants to replace.
 */
export function joinBashWords(words: readonly string[]): { words: string[]; strip: number } {
  const joined: string[] = [];
  let strip = 0;
  for (const [i, word] of words.entries()) {
    const previous = joined.at(-1);
    const isTail = word === '=' || words[i - 1] === '=';
    strip = 0;
    if (isTail && previous?.startsWith('--')) {
      joined[joined.length - 1] = previous + word;
      strip = previous.length + (word === '=' ? 1 : 0);
    } else {
      joined.push(word);
    }
  }
  return { words: joined, strip };
}
