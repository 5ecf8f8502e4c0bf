import type { HeketiClient } from '../../client/client.js';
import { memberOf, readText } from '../../client/wire.js';
import type { JsonValue } from '../../json/json-value.js';
import { CliCommand, commandGroup } from '../command.js';
import type { CliContext } from '../context.js';
import { ServerError } from '../errors.js';
import { formatDifferences } from '../output/differences.js';
import { requireOnlyArgument } from './arguments.js';
import { bodyCommand } from './db.js';
import { buildAuditCommand } from './server-audit.js';
import { buildEventsCommand } from './server-events.js';
import { buildOperationsCommand } from './server-operations.js';
import { buildRestoreCommand } from './server-restore.js';
import { buildStateRepairCommand } from './state-repair.js';

const DIFFERENCES = '/internal/state/examine/differences';

export function buildServerCommand(context: CliContext): CliCommand {
  return commandGroup(
    'server',
    { summary: 'Heketi Server Management' },
    buildOperationsCommand(context),
    buildEventsCommand(context),
    buildAuditCommand(context),
    commandGroup(
      'mode',
      { summary: 'Manage the mode of the server' },
      modeGetCommand(context),
      modeSetCommand(context),
    ),
    commandGroup(
      'state',
      { summary: 'Examine the state of the server, and repair it' },
      commandGroup(
        'examine',
        { summary: 'Compare the state of the server with other sources' },
        bodyCommand(
          context,
          'gluster',
          '/internal/state/examine/gluster',
          'Compare the database of the server with what GlusterFS and the hosts say',
        ),
        differencesCommand(context),
      ),
      buildStateRepairCommand(context),
    ),
    buildRestoreCommand(context),
  );
}

function differencesCommand(context: CliContext): CliCommand {
  return new CliCommand('differences', {
    summary: 'List what the database of the server and the hosts disagree about',
    long: 'List what the database of the server and the hosts disagree about, and what to do about it.\nNothing is changed. What pending operations are about is left out.',
    example: '    $ heketi-cli server state examine differences',
  }).runs(async (_args, flags) => {
    const client = await context.connect(flags);
    context.printResult(flags, await compare(client), formatDifferences);
  });
}

async function compare(client: HeketiClient): Promise<JsonValue> {
  try {
    return await client.submitForJson('POST', DIFFERENCES, undefined, 'comparing the database with the hosts');
  } catch (error) {
    // An older server tells nothing until it is done.
    if (error instanceof ServerError && error.status === 405) return client.getJson(DIFFERENCES);
    throw error;
  }
}

function modeGetCommand(context: CliContext): CliCommand {
  return new CliCommand('get', {
    summary: 'Get the current mode of the server',
    example: '    $ heketi-cli server mode get',
  }).runs(async (_args, flags) => {
    const client = await context.connect(flags);
    context.print(`${readText(memberOf(await client.getJson('/admin'), 'state'))}\n`);
  });
}

function modeSetCommand(context: CliContext): CliCommand {
  return new CliCommand('set', {
    summary: 'Set the mode of the server',
    long: 'Set the mode of the server: normal, local-client (changes only from its own host) or read-only.\nA server in read-only mode refuses to leave it by this command: send it SIGUSR2, or restart it.',
    example: '    $ heketi-cli server mode set local-client',
    args: 'MODE',
    argWords: ['normal', 'local-client', 'read-only'],
  }).runs(async (args, flags) => {
    const state = requireOnlyArgument(args, 'missing mode argument', 'too many arguments');
    const client = await context.connect(flags);
    await client.send('POST', '/admin', { state }, [200, 204]);
  });
}
