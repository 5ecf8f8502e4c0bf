import type { Flag, FlagKind, FlagValue } from './flags.js';

/** What a help text or a reference page needs to know of a command. */
export interface DescribedCommand {
  readonly texts: { readonly example?: string; readonly args?: string; readonly isHidden?: boolean };
  readonly path: string;
  readonly isGroup: boolean;
  readonly ownFlags: readonly Flag[];
  readonly globalFlags: readonly Flag[];
  readonly parentCommand: DescribedCommand | null;
  readonly subcommands: readonly DescribedCommand[];
  name(): string;
  aliases(): readonly string[];
  summary(): string;
  description(): string;
}

/** The help text of a command, in the layout that users and scripts of the original know. */
export function formatHelp(command: DescribedCommand): string {
  const parts = [command.description().trimEnd(), '', usageSection(command)];
  if (command.aliases().length > 0) {
    parts.push('', 'Aliases:', `  ${[command.name(), ...command.aliases()].join(', ')}`);
  }
  if (command.texts.example !== undefined) parts.push('', 'Examples:', indent(command.texts.example));
  const listed = command.subcommands.filter((sub) => sub.texts.isHidden !== true);
  if (listed.length > 0) {
    const width = Math.max(11, ...listed.map((sub) => sub.name().length));
    const rows = [...listed].sort((a, b) => (a.name() < b.name() ? -1 : 1));
    parts.push('', 'Available Commands:', ...rows.map((sub) => `  ${sub.name().padEnd(width)} ${sub.summary()}`));
  }
  parts.push('', 'Flags:', flagRows(command.ownFlags, { withHelpOf: command.name() }));
  if (command.globalFlags.length > 0) parts.push('', 'Global Flags:', flagRows(command.globalFlags, {}));
  if (listed.length > 0) {
    parts.push('', `Use "${command.path} [command] --help" for more information about a command.`);
  }
  return `${parts.join('\n')}\n`;
}

/** `heketi-cli volume info ID [flags]` */
export function usageLine(command: DescribedCommand): string {
  const args = command.texts.args === undefined ? '' : ` ${command.texts.args}`;
  return `${command.path}${args} [flags]`;
}

function usageSection(command: DescribedCommand): string {
  const lines = ['Usage:'];
  if (!command.isGroup || command.parentCommand === null) lines.push(`  ${usageLine(command)}`);
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
    sort: flag.long ?? '',
    left: `${flag.short === undefined ? '    ' : `${flag.short}, `}${flag.long}${kindWord(flag.kind)}`,
    right: `${flag.description}${defaultNote(flag)}`,
  }));
  if (options.withHelpOf !== undefined) {
    rows.push({ sort: '--help', left: '-h, --help', right: `help for ${options.withHelpOf}` });
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
  const value = flag.defaultValue as FlagValue;
  if (value === false || value === 0 || value === '' || Array.isArray(value)) return '';
  return ` (default ${typeof value === 'string' ? `"${value}"` : String(value)})`;
}
