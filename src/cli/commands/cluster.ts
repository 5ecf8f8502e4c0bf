import { pathOf } from '../../client/client.js';
import { memberOf, readCluster, readTexts } from '../../client/wire.js';
import { CliCommand, commandGroup } from '../command.js';
import { type CliContext, fetchInOrder } from '../context.js';
import { CliError } from '../errors.js';
import { boolFlag, parseBool, stringFlag } from '../flags.js';
import { formatClusterInfo, formatClusterRow } from '../output/cluster.js';
import { requireArgument } from './arguments.js';
import { buildInfoCommand } from './info.js';

const MISSING = 'Cluster id missing';

export function buildClusterCommand(context: CliContext): CliCommand {
  return commandGroup(
    'cluster',
    { summary: 'Heketi cluster management', long: 'Heketi Cluster Management' },
    createCommand(context),
    setFlagsCommand(context),
    deleteCommand(context),
    buildInfoCommand(context, 'cluster', { summary: 'Retrieves information about cluster', missing: MISSING }, (json) =>
      formatClusterInfo(readCluster(json)),
    ),
    listCommand(context),
  );
}

function createCommand(context: CliContext): CliCommand {
  return new CliCommand('create', {
    summary: 'Create a cluster',
    long: 'Create a cluster: a set of nodes on which volumes can be placed.',
    example:
      '* Create a normal cluster\n    $ heketi-cli cluster create\n\n* Create a cluster for file volumes only\n    $ heketi-cli cluster create --block=false',
  })
    .withFlags(
      boolFlag('block', 'Allow the creation of block volumes on the cluster.', { fallback: true }),
      boolFlag('file', 'Allow the creation of regular file volumes on the cluster.', { fallback: true }),
    )
    .runs(async (_args, flags) => {
      const client = await context.connect(flags);
      const request = { file: flags.bool('file'), block: flags.bool('block') };
      const cluster = await client.send('POST', '/clusters', request, [201]);
      context.printResult(flags, cluster, (json) => `Cluster id: ${readCluster(json).id}\n`);
    });
}

function setFlagsCommand(context: CliContext): CliCommand {
  return new CliCommand('setflags', {
    summary: 'Set flags on a cluster',
    long: 'Set flags on a cluster. A flag that is not given keeps its value.',
    example: '    $ heketi-cli cluster setflags --block=false 886a86a868711bef83001',
    args: 'ID',
    argKind: 'cluster',
  })
    .withFlags(
      stringFlag('block', 'true or false: allow block volumes on the cluster.', { words: ['true', 'false'] }),
      stringFlag('file', 'true or false: allow file volumes on the cluster.', { words: ['true', 'false'] }),
    )
    .runs(async (args, flags) => {
      const id = requireArgument(args, MISSING);
      const file = flags.string('file');
      const block = flags.string('block');
      if (file === '' && block === '') throw new CliError('At least one of --file or --block must be specified.');
      const wanted = { file: parseSwitch(file), block: parseSwitch(block) };
      const client = await context.connect(flags);
      const current = readCluster(await client.getJson(pathOf('clusters', id)));
      const request = { file: wanted.file ?? current.file, block: wanted.block ?? current.block };
      await client.send('POST', pathOf('clusters', id, 'flags'), request, [200]);
    });
}

function parseSwitch(text: string): boolean | undefined {
  if (text === '') return undefined;
  const value = parseBool(text);
  if (value === undefined) throw new CliError(`strconv.ParseBool: parsing ${JSON.stringify(text)}: invalid syntax`);
  return value;
}

function deleteCommand(context: CliContext): CliCommand {
  return new CliCommand('delete', {
    summary: 'Delete a cluster',
    long: 'Delete a cluster. It must have neither nodes nor volumes.',
    example: '    $ heketi-cli cluster delete 886a86a868711bef83001',
    args: 'ID',
    argKind: 'cluster',
  }).runs(async (args, flags) => {
    const id = requireArgument(args, MISSING);
    const client = await context.connect(flags);
    await client.send('DELETE', pathOf('clusters', id), undefined, [200]);
    context.print(`Cluster ${id} deleted\n`);
  });
}

function listCommand(context: CliContext): CliCommand {
  return new CliCommand('list', {
    summary: 'Lists the clusters managed by Heketi',
    example: '    $ heketi-cli cluster list',
  }).runs(async (_args, flags) => {
    const client = await context.connect(flags);
    const list = await client.getJson('/clusters');
    if (flags.bool('json')) {
      context.printJson(list);
      return;
    }
    context.print('Clusters:\n');
    const ids = readTexts(memberOf(list, 'clusters'));
    for await (const cluster of fetchInOrder(ids, (id) => client.getJson(pathOf('clusters', id)))) {
      context.print(formatClusterRow(readCluster(cluster)));
    }
  });
}
