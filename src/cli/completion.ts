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
  const known = (candidates: readonly Candidate[]): CompletionPoint => ({
    candidates: candidates.filter(({ word }) => word.startsWith(current)),
    idsFor: null,
  });
  if (awaiting !== null) return known(awaiting.words.map((word) => ({ word, description: '' })));
  const equals = current.indexOf('=');
  if (!isFlagsOver && current.startsWith('--') && equals > 0) {
    const name = current.slice(0, equals);
    return known((findFlag(command, name)?.words ?? []).map((word) => ({ word: `${name}=${word}`, description: '' })));
  }
  if (!isFlagsOver && current.startsWith('-')) return known(flagCandidates(command));
  if (command.isGroup) return known(commandCandidates(command));
  const fixed = known((command.texts.argWords ?? []).map((word) => ({ word, description: '' })));
  return command.texts.argKind === undefined ? fixed : { ...fixed, idsFor: command };
}

function findFlag(command: CliCommand, word: string): Flag | undefined {
  const name = word.replace(/=.*$/, '');
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

const BASH = `# bash completion for heketi-cli: source <(heketi-cli completion bash)
_heketi_cli() {
  local line
  COMPREPLY=()
  while IFS= read -r line; do
    COMPREPLY+=("\${line%%$'\\t'*}")
  done < <(heketi-cli __complete -- bash "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -o default -F _heketi_cli heketi-cli
`;

const ZSH = `#compdef heketi-cli
# zsh completion for heketi-cli: source <(heketi-cli completion zsh)
_heketi_cli() {
  local -a candidates
  local line
  while IFS= read -r line; do
    candidates+=("\${\${line%%$'\\t'*}//:/\\\\:}:\${line#*$'\\t'}")
  done < <(heketi-cli __complete -- zsh "\${(@)words[2,CURRENT]}" 2>/dev/null)
  if (( \${#candidates} )); then
    _describe 'heketi-cli' candidates
  else
    _files
  fi
}
compdef _heketi_cli heketi-cli
`;

const FISH = `# fish completion for heketi-cli: heketi-cli completion fish | source
complete -c heketi-cli -a '(heketi-cli __complete -- fish (commandline -opc)[2..-1] (commandline -ct) 2>/dev/null)'
`;

/** Scripts that make a shell ask `heketi-cli __complete` for words. */
export const COMPLETION_SCRIPTS: Readonly<Record<string, string>> = { bash: BASH, zsh: ZSH, fish: FISH };
