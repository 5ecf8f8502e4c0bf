import { type HeketiClient, pathOf } from '../../client/client.js';
import { memberOf, readBlockVolume, readList, readNode, readOperation, readVolume } from '../../client/wire.js';
import type { JsonValue } from '../../json/json-value.js';
import { stringifyJson } from '../../json/stringify-json.js';
import { CliCommand, commandGroup } from '../command.js';
import type { CliContext } from '../context.js';
import { ConnectionError } from '../errors.js';
import { boolFlag, intFlag } from '../flags.js';
import { isDrawable } from '../io.js';
import { formatNodeInfo } from '../output/node.js';
import { formatOperation, formatOperationCounts, formatOperationRow } from '../output/operations.js';
import { formatBlockVolumeInfo, formatVolumeInfo } from '../output/volume.js';
import { requireArgument } from './arguments.js';

export function buildOperationsCommand(context: CliContext): CliCommand {
  return commandGroup(
    'operations',
    { summary: 'Manage the operations of the server' },
    infoCommand(context),
    listCommand(context),
    cleanupCommand(context),
    cancelCommand(context),
    waitCommand(context),
  );
}

function infoCommand(context: CliContext): CliCommand {
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

function listCommand(context: CliContext): CliCommand {
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
      await watchOperations(context, client, Math.max(1, flags.int('interval')));
    });
}

/** Until interrupted. A server that restarts in the meantime is waited for. */
async function watchOperations(context: CliContext, client: HeketiClient, intervalSeconds: number): Promise<void> {
  const isRedrawn = isDrawable(context.io.stdout, context.io.env);
  for (;;) {
    const list = await listOperations(client).catch((error: unknown) => {
      if (error instanceof ConnectionError) return `${error.message}\n`;
      throw error;
    });
    const time = new Date(context.io.now()).toISOString();
    const text = list === '' ? 'No pending operations\n' : list;
    if (isRedrawn) context.clearScreen();
    context.print(isRedrawn ? `${time}\n\n${text}` : `${time}\n${text}`);
    await context.io.sleep(intervalSeconds * 1000);
  }
}

async function listOperations(client: HeketiClient): Promise<string> {
  const list = memberOf(await client.getJson('/operations/pending'), 'pendingoperations');
  return readList(list)
    .map((operation) => formatOperationRow(readOperation(operation)))
    .join('');
}

function cleanupCommand(context: CliContext): CliCommand {
  return new CliCommand('cleanup', {
    summary: 'Clean up stale and failed operations',
    long: 'Clean up stale and failed operations: all of them, or the ones with the given ids. Operations that were in flight\nwhen a restored copy of the database was made are only cleaned up by their ids.',
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

function cancelCommand(context: CliContext): CliCommand {
  return new CliCommand('cancel', {
    summary: 'End work of many parts before its last one',
    long: 'End work of many parts, such as removing a device, after the part that runs now. What its parts have done stays.\nOther operations are finished or taken back as a whole, and the server refuses to cancel them.',
    example: '    $ heketi-cli server operations cancel 886a86a868711bef83001',
    args: 'ID',
    argKind: 'operation',
  }).runs(async (args, flags) => {
    const id = requireArgument(args, 'Operation id missing');
    const client = await context.connect(flags);
    await client.send('POST', pathOf('operations', 'pending', id, 'cancel'), undefined, [204]);
    context.print(`Operation ${id} is cancelled: it ends after the part that runs now\n`);
  });
}

function waitCommand(context: CliContext): CliCommand {
  return new CliCommand('wait', {
    summary: 'Wait for the result of a request that the server has accepted',
    long: 'Wait for the result of a request that the server has accepted, and print it. An interrupted client tells the\nid; the server keeps results for a while.',
    example: '    $ heketi-cli server operations wait 886a86a868711bef83001',
    args: 'QUEUE_ID',
  }).runs(async (args, flags) => {
    const id = requireArgument(args, 'Queue id missing');
    const client = await context.connect(flags);
    const { path, json } = await client.follow(id, `waiting for request ${id}`);
    context.printResult(flags, json, () => (json === null ? `Request ${id} is done\n` : formatResource(path, json)));
  });
}

/** A resource the way the `info` command of its kind shows it. */
function formatResource(path: string, json: JsonValue): string {
  if (path.includes('/volumes/')) return formatVolumeInfo(readVolume(json));
  if (path.includes('/blockvolumes/')) return formatBlockVolumeInfo(readBlockVolume(json));
  if (path.includes('/nodes/')) return formatNodeInfo(readNode(json));
  return `${stringifyJson(json)}\n`;
}
