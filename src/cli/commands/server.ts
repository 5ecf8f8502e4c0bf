import { type HeketiClient, pathOf } from '../client.js';
import { CliCommand, commandGroup } from '../command.js';
import type { CliContext } from '../context.js';
import { boolFlag, intFlag } from '../flags.js';
import { isDrawable } from '../io.js';
import { formatOperation, formatOperationCounts, formatOperationRow } from '../output/operations.js';
import { memberOf, readList, readOperation, readText } from '../wire.js';
import { requireOnlyArgument } from './arguments.js';
import { bodyCommand } from './db.js';

export function buildServerCommand(context: CliContext): CliCommand {
  return commandGroup(
    'server',
    { summary: 'Heketi Server Management' },
    commandGroup(
      'operations',
      { summary: 'Manage the operations of the server' },
      operationsInfoCommand(context),
      operationsListCommand(context),
      operationsCleanupCommand(context),
    ),
    commandGroup(
      'mode',
      { summary: 'Manage the mode of the server' },
      modeGetCommand(context),
      modeSetCommand(context),
    ),
    commandGroup(
      'state',
      { summary: 'Examine the state of the server' },
      commandGroup(
        'examine',
        { summary: 'Compare the state of the server with other sources' },
        bodyCommand(
          context,
          'gluster',
          '/internal/state/examine/gluster',
          'Compare the database of the server with what GlusterFS and the hosts say',
        ),
      ),
    ),
  );
}

function operationsInfoCommand(context: CliContext): CliCommand {
  return new CliCommand('info', {
    summary: 'Get counts of operations, or details of one',
    example: '    $ heketi-cli server operations info\n    $ heketi-cli server operations info 886a86a868711bef83001',
    args: '[ID]',
    argKind: 'operation',
  }).runs(async (args, flags) => {
    const client = await context.connect(flags);
    const [id] = args;
    if (id === undefined) {
      context.print(formatOperationCounts(await client.getJson('/operations')));
    } else {
      context.print(formatOperation(readOperation(await client.getJson(pathOf('operations', 'pending', id)))));
    }
  });
}

const CLEAR_SCREEN = '\u001b[H\u001b[2J';

function operationsListCommand(context: CliContext): CliCommand {
  return new CliCommand('list', {
    summary: 'Get a list of pending operations',
    example: '    $ heketi-cli server operations list\n    $ heketi-cli server operations list --watch',
  })
    .withFlags(
      boolFlag('watch', 'Show the list again and again, until interrupted.'),
      intFlag('interval', 'Seconds between two lists, with --watch.', { fallback: 2 }),
    )
    .runs(async (_args, flags) => {
      const client = await context.connect(flags);
      if (!flags.bool('watch')) {
        context.print(await listOperations(client));
        return;
      }
      const isRedrawn = isDrawable(context.io.stdout, context.io.env);
      for (;;) {
        const list = await listOperations(client);
        const time = new Date(context.io.now()).toISOString();
        const text = list === '' ? 'No pending operations\n' : list;
        context.print(isRedrawn ? `${CLEAR_SCREEN}${time}\n\n${text}` : `${time}\n${text}`);
        await context.io.sleep(Math.max(1, flags.int('interval')) * 1000);
      }
    });
}

async function listOperations(client: HeketiClient): Promise<string> {
  const list = memberOf(await client.getJson('/operations/pending'), 'pendingoperations');
  return readList(list)
    .map((operation) => formatOperationRow(readOperation(operation)))
    .join('');
}

function operationsCleanupCommand(context: CliContext): CliCommand {
  return new CliCommand('cleanup', {
    summary: 'Clean up stale and failed operations',
    long: 'Clean up stale and failed operations: all of them, or the ones with the given ids.',
    example:
      '    $ heketi-cli server operations cleanup\n    $ heketi-cli server operations cleanup 886a86a868711bef83001',
    args: '[ID...]',
    argKind: 'operation',
  }).runs(async (args, flags) => {
    const client = await context.connect(flags);
    const request = args.length > 0 ? { operations: args } : {};
    await client.submitUnlessDone('POST', '/operations/pending/cleanup', request, 'cleaning up operations');
    context.warn('Note: Operation clean up is a batch operation.\n');
    context.warn('* The results of individual operation clean ups are not reported here.\n');
    context.warn("* Use 'heketi-cli server operations [list|info]' to view operations.\n");
  });
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
