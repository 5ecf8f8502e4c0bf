import type { CommandTexts } from './command-texts.js';
import type { Flag, FlagKind } from './flags.js';

/** What help is about: a command, without what it does. */
interface DescribedCommand {
  readonly name: string;
  readonly path: string;
  readonly texts: CommandTexts;
  readonly aliases: readonly string[];
  readonly parent: object | null;
  readonly isGroup: boolean;
  /** Those that people are shown. */
  readonly listedCommands: readonly DescribedCommand[];
  readonly ownFlags: readonly Flag[];
  readonly globalFlags: readonly Flag[];
}

/** The help text of a command, in the layout that users and scripts of the original know. */
export function formatHelp(command: DescribedCommand): string {
  const parts = [describe(command).trimEnd(), '', usageSection(command)];
  if (command.aliases.length > 0) {
    parts.push('', 'Aliases:', `  ${[command.name, ...command.aliases].join(', ')}`);
  }
  if (command.texts.example !== undefined) parts.push('', 'Examples:', indent(command.texts.example));
  const listed = command.listedCommands;
  if (listed.length > 0) {
    const width = Math.max(11, ...listed.map((sub) => sub.name.length));
    const rows = [...listed].sort((a, b) => (a.name < b.name ? -1 : 1));
    parts.push('', 'Available Commands:', ...rows.map((sub) => `  ${sub.name.padEnd(width)} ${sub.texts.summary}`));
  }
  parts.push('', 'Flags:', flagRows(command.ownFlags, { withHelpOf: command.name }));
  if (command.globalFlags.length > 0) parts.push('', 'Global Flags:', flagRows(command.globalFlags, {}));
  if (listed.length > 0) {
    parts.push('', `Use "${command.path} [command] --help" for more information about a command.`);
  }
  return `${parts.join('\n')}\n`;
}

/** Opening text of a help or reference page. */
export function describe(command: DescribedCommand): string {
  return command.texts.long ?? command.texts.summary;
}

/** `heketi-cli volume info ID [flags]` */
export function usageLine(command: DescribedCommand): string {
  const args = command.texts.args === undefined ? '' : ` ${command.texts.args}`;
  return `${command.path}${args} [flags]`;
}

function usageSection(command: DescribedCommand): string {
  const lines = ['Usage:'];
  if (!command.isGroup || command.parent === null) lines.push(`  ${usageLine(command)}`);
  if (command.isGroup) lines.push(`  ${command.path} [command]`);
  return lines.join('\n');
}

function indent(text: string): string {
  return text
    .split('\n')
    .map((line) => (line === '' ? '' : `  ${line}`))
    .join('\n');
}

function flagRows(flags: readonly Flag[], options: { withHelpOf?: string }): string {
  const rows = flags.map((flag) => ({
    sort: flag.name,
    left: `${flag.short === null ? '    ' : ''}${flag.spelling}${kindWord(flag.kind)}`,
    right: `${flag.description}${defaultNote(flag)}`,
  }));
  if (options.withHelpOf !== undefined) {
    rows.push({ sort: 'help', left: '-h, --help', right: `help for ${options.withHelpOf}` });
  }
  rows.sort((a, b) => (a.sort < b.sort ? -1 : 1));
  const width = Math.max(...rows.map((row) => row.left.length));
  const margin = ' '.repeat(width + 5);
  return rows.map((row) => `  ${row.left.padEnd(width)}   ${row.right.replaceAll('\n', `\n${margin}`)}`).join('\n');
}

function kindWord(kind: FlagKind): string {
  return kind === 'bool' ? '' : ` ${kind}`;
}

/** ` (default 3)`; nothing where the default is the type's zero value. */
export function defaultNote(flag: Flag): string {
  const value = flag.fallback;
  if (value === false || value === 0 || value === '' || Array.isArray(value)) return '';
  return ` (default ${typeof value === 'string' ? `"${value}"` : String(value)})`;
}
