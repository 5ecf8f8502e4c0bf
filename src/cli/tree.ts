import { CliCommand } from './command.js';
import { buildBlockVolumeCommand } from './commands/block-volume.js';
import { buildBrickCommand } from './commands/brick.js';
import { buildClusterCommand } from './commands/cluster.js';
import { buildCompleteCommand, buildCompletionCommand } from './commands/completion.js';
import { buildDbCommand } from './commands/db.js';
import { buildDeviceCommand } from './commands/device.js';
import { buildLogLevelCommand } from './commands/log-level.js';
import { buildNodeCommand } from './commands/node.js';
import { buildServerCommand } from './commands/server.js';
import { buildSetupStorageCommand } from './commands/setup-storage.js';
import { buildTopologyCommand } from './commands/topology.js';
import { buildVolumeCommand } from './commands/volume.js';
import type { CliContext } from './context.js';
import { CliError } from './errors.js';
import { boolFlag, stringFlag, stringsFlag } from './flags.js';

/** The whole command tree. Building it sends nothing and prints nothing. */
export function buildCommandTree(context: CliContext, version: string): CliCommand {
  const root = new CliCommand('heketi-cli', {
    summary: 'Command line program for Heketi',
    long: 'Command line program for Heketi: volumes of GlusterFS storage clusters.',
    example: '  $ export HEKETI_CLI_SERVER=http://localhost:8080\n  $ heketi-cli volume list',
  })
    .withFlags(
      stringFlag(
        'server',
        'Heketi server. Can also be set using the\nenvironment variable HEKETI_CLI_SERVER\n(default "http://localhost:8080")',
        { short: 's' },
      ),
      stringFlag('user', 'Heketi user. Can also be set using the\nenvironment variable HEKETI_CLI_USER'),
      stringFlag(
        'secret',
        'Secret key for specified user. Can also be\nset using the environment variable HEKETI_CLI_KEY',
      ),
      boolFlag('json', 'Print response as JSON'),
      boolFlag('insecure-tls', "Skip the check of the server's TLS certificate", { short: 'I' }),
      stringsFlag('tls-cert', "PEM file with certificates to trust instead of the\nsystem's; may be repeated", {
        short: 'C',
        takesFile: true,
      }),
      boolFlag('version', 'Print version', { short: 'v' }),
    )
    .withCommands(
      buildBlockVolumeCommand(context),
      buildBrickCommand(context),
      buildClusterCommand(context),
      buildDbCommand(context),
      buildDeviceCommand(context),
      buildLogLevelCommand(context),
      buildNodeCommand(context),
      buildServerCommand(context),
      buildSetupStorageCommand(context),
      buildTopologyCommand(context),
      buildVolumeCommand(context),
      buildCompletionCommand(context),
      buildHelpCommand(context),
      buildCompleteCommand(context),
    );
  root.print = (text) => context.print(text);
  return root.runs(([word], flags) => {
    if (flags.bool('version')) context.print(`heketi-cli ${version}\n`);
    else if (word === undefined) context.print(root.helpText());
    else throw new CliError(unknownCommand(root, word));
  });
}

function buildHelpCommand(context: CliContext): CliCommand {
  const help = new CliCommand('help', {
    summary: 'Help about any command',
    example: '    $ heketi-cli help volume create',
    args: '[COMMAND]...',
  });
  return help.runs((words) => {
    let command = help.root;
    for (const word of words) {
      const next = command.findSubcommand(word);
      if (next === undefined) {
        context.warn(`Unknown help topic: ${words.join(' ')}\n`);
        break;
      }
      command = next;
    }
    context.print(command.helpText());
  });
}

function unknownCommand(root: CliCommand, word: string): string {
  const similar = root.listedCommands
    .map((command) => command.name)
    .filter((name) => name.startsWith(word) || editDistance(name, word) <= 2);
  const hint = similar.length === 0 ? '' : `\nDid you mean this?\n${similar.map((name) => `\t${name}\n`).join('')}`;
  return `unknown command "${word}" for "${root.name}"${hint}\nRun '${root.name} --help' for usage.`;
}

/** Letters to insert, remove or replace to get from one word to the other. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (const [i, letter] of [...a].entries()) {
    const next = [i + 1];
    for (let j = 0; j < b.length; j += 1) {
      const replaced = (row[j] ?? 0) + (letter === b[j] ? 0 : 1);
      next.push(Math.min(replaced, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
